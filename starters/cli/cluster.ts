import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { CliError, EXIT } from './exitCodes.js';

/** Which cluster and which Temporal a command talks to, and why these. */
export interface Cluster {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** Where the choice came from, for people. */
  readonly origin: string;
}

export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly temporal?: string;
  readonly temporalNamespace?: string;
}

const stackSchema = z.object({ kubeconfig: z.string(), temporalAddress: z.string(), temporalNamespace: z.string() });

/**
 * In this order: flags; a local stack (`.drover/stack.json`) in or above `folder`; `KUBECONFIG` or `~/.kube/config`
 * with `TEMPORAL_ADDRESS`. A local stack comes before `KUBECONFIG`, which in many shells points at production.
 */
export function chooseCluster(flags: ClusterFlags, folder: string, env: NodeJS.ProcessEnv): Cluster {
  const temporal = {
    temporalAddress: flags.temporal ?? env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233',
    temporalNamespace: flags.temporalNamespace ?? env['TEMPORAL_NAMESPACE'] ?? 'default',
    ...(flags.context !== undefined && { context: flags.context }),
  };
  if (flags.kubeconfig !== undefined) return { ...temporal, kubeconfig: flags.kubeconfig, origin: '--kubeconfig' };

  // A context by name is one of the user's own kubeconfig: a local stack has a single one.
  const stackFile = flags.context === undefined ? findStack(folder) : undefined;
  if (stackFile !== undefined) {
    const stack = stackSchema.parse(JSON.parse(readFileSync(stackFile, 'utf8')));
    return {
      kubeconfig: stack.kubeconfig,
      temporalAddress: flags.temporal ?? stack.temporalAddress,
      temporalNamespace: flags.temporalNamespace ?? stack.temporalNamespace,
      origin: `local stack ${dirname(stackFile)}`,
    };
  }

  const [fromEnvironment] = (env['KUBECONFIG'] ?? '').split(':').filter((path) => path !== '');
  const kubeconfig = fromEnvironment ?? join(env['HOME'] ?? '', '.kube', 'config');
  if (!existsSync(kubeconfig)) {
    throw new CliError(
      'no cluster: start a local stack with `npm start`, or give --kubeconfig FILE, or set KUBECONFIG',
      EXIT.usage,
    );
  }
  const origin = fromEnvironment === undefined ? 'the default kubeconfig' : 'KUBECONFIG';
  return { ...temporal, kubeconfig, origin };
}

function findStack(folder: string): string | undefined {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const candidate = join(current, '.drover', 'stack.json');
    if (existsSync(candidate)) return candidate;
    if (dirname(current) === current) return undefined;
  }
}
