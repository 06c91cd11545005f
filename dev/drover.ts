import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { applyDefinitions } from './definitions.js';
import { startDroverProcess, type DroverProcess } from './droverProcess.js';
import { startOnFreePorts } from './ports.js';
import type { SupervisedProcess } from './process.js';
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
  /** Further variables for the mover, for tests. */
  readonly moverVariables?: Readonly<Record<string, string>>;
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
  { repositoryRoot, say, variables, moverVariables }: DroverOptions,
  ports: Record<keyof typeof USUAL_PORTS, number>,
  signal: AbortSignal,
): Promise<Drover> {
  const exportDir = exportDirectory(stack);
  const running: SupervisedProcess[] = [];
  const stop = async () => {
    await settleAll(running.splice(0).map(async (child) => await child.stop()));
  };
  const start = async (process: DroverProcess) => {
    const given = { ...process, variables: { ...process.variables, ...variables } };
    await startDroverProcess(stack, { repositoryRoot, say }, given, (child) => running.push(child), signal);
  };
  try {
    await settleAll([
      start({
        name: 'control',
        worker: 'control',
        ports: { metrics: ports.controlMetrics, health: ports.controlHealth },
        variables: { DROVER_EXPORTS: 'local' },
      }),
      start({
        name: 'mover-local',
        worker: 'mover',
        ports: { metrics: ports.moverMetrics, health: ports.moverHealth },
        variables: { DROVER_EXPORT: 'local', DROVER_EXPORT_PATH: exportDir, ...moverVariables },
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
