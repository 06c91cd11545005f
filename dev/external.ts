import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { childEnvironment } from './environment.js';
import { runCommand } from './run.js';
import type { Stack } from './stackDescription.js';
import { claimStateDirectory } from './stateDirectory.js';
import type { ClientPaths } from './tools.js';

export interface ExternalOptions {
  /** The context of the user's kubeconfig that was asked for by name. */
  readonly context: string;
  readonly stateDir: string;
  readonly tools: ClientPaths;
  /** The only place where KUBECONFIG, TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Uses an existing cluster and Temporal server in place of local ones. The context is copied to a kubeconfig of its own
 * in the state directory, so that a later switch of the user's current context changes nothing.
 * Throws when there is no such context, or no TEMPORAL_ADDRESS.
 */
export async function useExternalStack(options: ExternalOptions, signal: AbortSignal): Promise<Stack> {
  const { context, tools } = options;
  const temporalAddress = options.env['TEMPORAL_ADDRESS'] ?? '';
  if (temporalAddress === '') throw new Error('--external needs TEMPORAL_ADDRESS in the environment');
  const stateDir = resolve(options.stateDir);
  const env = childEnvironment(options.env);
  const userKubeconfig = options.env['KUBECONFIG'];
  const kubectlEnv = userKubeconfig === undefined ? env : { ...env, KUBECONFIG: userKubeconfig };
  const view = ['config', 'view', '--minify', '--flatten', '--raw', '--context', context];
  const content = await runCommand(tools.kubectl, view, { env: kubectlEnv }, signal);
  const release = await claimStateDirectory(stateDir);
  try {
    const folder = join(stateDir, 'external');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, content, { mode: 0o600 });
    return {
      stateDir,
      kubeconfig,
      context,
      temporalAddress,
      temporalNamespace: options.env['TEMPORAL_NAMESPACE'] ?? 'default',
      addresses: { temporal: temporalAddress },
      tools,
      env,
      pid: () => undefined,
      stop: release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}
