import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localMover, startDrover } from '../../dev/drover.js';
import { startDroverProcess } from '../../dev/droverProcess.js';
import { choosePorts } from '../../dev/ports.js';
import type { SupervisedProcess } from '../../dev/process.js';
import { settleAll } from '../../dev/settleAll.js';
import { testStack, type TestStack } from '../stack.js';

type Variables = Readonly<Record<string, string>>;

export interface StartedProcess {
  /** Of its current life. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

/** Drover's processes for one test file. */
export interface TestDrover {
  readonly exportPath: string;
  readonly addresses: Readonly<Record<string, string>>;
  /** The pid of `control` or `mover-local` in its current life. */
  pid(name: string): number | undefined;
  /** Everything that the processes have logged so far. */
  logs(): string;
  kubectl(...args: string[]): string;
  /** What one of them has logged so far, in all its lives. */
  log(name: string): string;
  /** Starts one more mover of the same export; settles when it is ready. */
  startMover(name: string, variables?: Variables): Promise<StartedProcess>;
  /** Starts one more control process; settles when it is ready. */
  startControl(name: string): Promise<StartedProcess>;
  stop(): Promise<void>;
}

/**
 * @param stateDir holds the export and the logs
 * @param moverVariables further variables for the mover
 * @param stack the one that all tests share when absent
 */
export async function startTestDrover(
  stateDir: string,
  moverVariables: Variables = {},
  stack: TestStack = testStack(),
): Promise<TestDrover> {
  const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
  mkdirSync(stateDir, { recursive: true });
  const { signal } = new AbortController();
  const options = { repositoryRoot, say: () => undefined, ports: 'any', moverVariables } as const;
  // The stack is ended by others; only the state directory is this file's own.
  const shared = { ...stack, stateDir, pid: () => undefined, stop: () => Promise.resolve() };
  const drover = await startDrover(shared, options, signal);
  return {
    exportPath: drover.exportDir,
    addresses: drover.addresses,
    pid: drover.pid,
    stop: drover.stop,
    startMover: (name, given = {}) => start(name, 'mover', { ...localMover(drover.exportDir), ...given }),
    startControl: (name) => start(name, 'control', { DROVER_EXPORTS: 'local' }),
    kubectl: (...args) =>
      execFileSync(stack.tools.kubectl, ['--kubeconfig', stack.kubeconfig, ...args], {
        env: stack.env,
        encoding: 'utf8',
      }),
    logs: () =>
      readdirSync(join(stateDir, 'logs'))
        .map((name) => readFileSync(join(stateDir, 'logs', name), 'utf8'))
        .join('\n'),
    log: (name) => readFileSync(join(stateDir, 'logs', `${name}.log`), 'utf8'),
  };

  async function start(name: string, worker: 'control' | 'mover', variables: Variables): Promise<StartedProcess> {
    const ports = await choosePorts({ metrics: undefined, health: undefined }, options.say);
    const started: SupervisedProcess[] = [];
    const process = { name, worker, ports, variables } as const;
    await startDroverProcess(shared, options, process, (child) => started.push(child), signal);
    return { pid: () => started[0]?.pid(), stop: () => settleAll(started.map((child) => child.stop())) };
  }
}
