import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { applyDefinitions } from './definitions.js';
import { startOnFreePorts } from './ports.js';
import { superviseProcess, type ProcessSpec, type SupervisedProcess } from './process.js';
import { probeHttp } from './probeHttp.js';
import { awaitReady } from './ready.js';
import { settleAll } from './settleAll.js';
import type { Stack } from './stackDescription.js';

export interface DroverOptions {
  /** The folder with `dist/` and `k8s/`. */
  readonly repositoryRoot: string;
  readonly say: (line: string) => void;
  /** `usual` (the default) prefers 8080 and following; `any` takes free ports, for stacks side by side. */
  readonly ports?: 'usual' | 'any';
  /** Further variables for every process, for tests. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Drover's own processes, running. */
export interface Drover {
  /** The directory that the local export consists of. */
  readonly exportDir: string;
  /** Where metrics and health are served, by what it is. */
  readonly addresses: Readonly<Record<string, string>>;
  /** The pid of `control` or `mover-local` in its current life. */
  readonly pid: (name: string) => number | undefined;
  readonly stop: () => Promise<void>;
}

const USUAL_PORTS = { controlMetrics: 8080, controlHealth: 8081, moverMetrics: 8082, moverHealth: 8083 };
const ANY_PORTS = {
  controlMetrics: undefined,
  controlHealth: undefined,
  moverMetrics: undefined,
  moverHealth: undefined,
};

/**
 * Applies the resource definitions and starts the control worker and the mover of the local export; settles when both
 * are ready. Throws when one dies before that; none is left running then.
 */
export async function startDrover(stack: Stack, options: DroverOptions, signal: AbortSignal): Promise<Drover> {
  await applyDefinitions(stack, options.repositoryRoot, signal);
  await mkdir(exportDirectory(stack), { recursive: true });
  const preferred = options.ports === 'any' ? ANY_PORTS : USUAL_PORTS;
  return await startOnFreePorts(preferred, options.say, async (ports) => {
    return await startProcesses(stack, options, ports, signal);
  });
}

async function startProcesses(
  stack: Stack,
  { repositoryRoot, say, variables }: DroverOptions,
  ports: Record<keyof typeof USUAL_PORTS, number>,
  signal: AbortSignal,
): Promise<Drover> {
  const exportDir = exportDirectory(stack);
  const running: SupervisedProcess[] = [];
  const stop = async () => {
    await settleAll(running.splice(0).map(async (child) => await child.stop()));
  };
  const start = async (name: string, main: string, metrics: number, health: number, own: Record<string, string>) => {
    const env = {
      ...stack.env,
      DROVER_KUBECONFIG: stack.kubeconfig,
      DROVER_TEMPORAL_ADDRESS: stack.temporalAddress,
      DROVER_TEMPORAL_NAMESPACE: stack.temporalNamespace,
      DROVER_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
      DROVER_HEALTH_ADDRESS: `127.0.0.1:${health}`,
      DROVER_LOG_FORMAT: 'text',
      ...own,
      ...variables,
    };
    const script = join(repositoryRoot, 'dist', 'workers', main, 'main.js');
    const args = ['--enable-source-maps', script];
    const spec: ProcessSpec = { name, command: process.execPath, args, env, cwd: stack.stateDir };
    const child = await superviseProcess(spec, { stateDir: stack.stateDir, say });
    running.push(child);
    const readyUrl = `http://127.0.0.1:${health}/readyz`;
    await awaitReady(child, async (waiting) => await probeHttp(readyUrl, {}, waiting), signal);
  };
  try {
    await settleAll([
      start('control', 'control', ports.controlMetrics, ports.controlHealth, { DROVER_EXPORTS: 'local' }),
      start('mover-local', 'mover', ports.moverMetrics, ports.moverHealth, {
        DROVER_EXPORT: 'local',
        DROVER_EXPORT_PATH: exportDir,
        // The servers of the demo and of the tests.
        DROVER_ALLOW_LOOPBACK_SOURCES: 'true',
      }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  const addresses = {
    'control metrics': `http://127.0.0.1:${ports.controlMetrics}/metrics`,
    'control health': `http://127.0.0.1:${ports.controlHealth}/readyz`,
    'mover-local metrics': `http://127.0.0.1:${ports.moverMetrics}/metrics`,
    'mover-local health': `http://127.0.0.1:${ports.moverHealth}/readyz`,
  };
  return { exportDir, addresses, pid: (name) => running.find((child) => child.name === name)?.pid(), stop };
}

function exportDirectory({ stateDir }: Stack): string {
  return join(stateDir, 'exports', 'local');
}
