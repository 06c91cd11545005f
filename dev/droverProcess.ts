import { join } from 'node:path';
import { superviseProcess, type ProcessSpec, type SupervisedProcess } from './process.js';
import { probeHttp } from './probeHttp.js';
import { awaitReady } from './ready.js';
import type { Stack } from './stackDescription.js';

export interface DroverProcess {
  /** Names its log. */
  readonly name: string;
  readonly worker: 'control' | 'mover';
  /** Where it serves metrics and health, on 127.0.0.1. */
  readonly ports: { readonly metrics: number; readonly health: number };
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Starts one of Drover's processes and settles when it is ready. Throws when it dies before that.
 * @param started is told of it at once, so that its owner can stop it whatever happens
 */
export async function startDroverProcess(
  stack: Stack,
  { repositoryRoot, say }: { readonly repositoryRoot: string; readonly say: (line: string) => void },
  { name, worker, ports, variables }: DroverProcess,
  started: (child: SupervisedProcess) => void,
  signal: AbortSignal,
): Promise<void> {
  const env = {
    ...stack.env,
    DROVER_KUBECONFIG: stack.kubeconfig,
    DROVER_TEMPORAL_ADDRESS: stack.temporalAddress,
    DROVER_TEMPORAL_NAMESPACE: stack.temporalNamespace,
    DROVER_METRICS_ADDRESS: `127.0.0.1:${ports.metrics}`,
    DROVER_HEALTH_ADDRESS: `127.0.0.1:${ports.health}`,
    DROVER_LOG_FORMAT: 'text',
    ...variables,
  };
  const script = join(repositoryRoot, 'dist', 'workers', worker, 'main.js');
  const args = ['--enable-source-maps', script];
  const spec: ProcessSpec = { name, command: process.execPath, args, env, cwd: stack.stateDir };
  const child = await superviseProcess(spec, { stateDir: stack.stateDir, say });
  started(child);
  const readyUrl = `http://127.0.0.1:${ports.health}/readyz`;
  await awaitReady(child, async (waiting) => await probeHttp(readyUrl, {}, waiting), signal);
}
