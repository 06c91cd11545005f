import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localMover, startDrover } from '../../dev/drover.js';
import { startDroverProcess } from '../../dev/droverProcess.js';
import { choosePorts } from '../../dev/ports.js';
import type { SupervisedProcess } from '../../dev/process.js';
import { settleAll } from '../../dev/settleAll.js';
import { testStack } from '../stack.js';

type Variables = Readonly<Record<string, string>>;

/** Drover's processes for one test file, on the stack that all share. */
export interface TestDrover {
  readonly exportPath: string;
  readonly addresses: Readonly<Record<string, string>>;
  /** The pid of `control` or `mover-local` in its current life. */
  pid(name: string): number | undefined;
  /** Everything that the processes have logged so far. */
  logs(): string;
  kubectl(...args: string[]): string;
  /** Starts one more mover of the same export; settles when it is ready. */
  startMover(name: string, variables?: Variables): Promise<{ stop(): Promise<void> }>;
  stop(): Promise<void>;
}

/**
 * @param stateDir holds the export and the logs
 * @param moverVariables further variables for the mover
 */
export async function startTestDrover(stateDir: string, moverVariables: Variables = {}): Promise<TestDrover> {
  const stack = testStack();
  const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
  mkdirSync(stateDir, { recursive: true });
  const { signal } = new AbortController();
  const options = { repositoryRoot, say: () => undefined, ports: 'any', moverVariables } as const;
  // The stack is shared and ended by others; only the state directory is this file's own.
  const shared = { ...stack, stateDir, pid: () => undefined, stop: () => Promise.resolve() };
  const drover = await startDrover(shared, options, signal);
  return {
    exportPath: drover.exportDir,
    addresses: drover.addresses,
    pid: drover.pid,
    stop: drover.stop,
    async startMover(name, given = {}) {
      const ports = await choosePorts({ metrics: undefined, health: undefined }, options.say);
      const variables = { ...localMover(drover.exportDir), ...given };
      const started: SupervisedProcess[] = [];
      const process = { name, worker: 'mover', ports, variables } as const;
      await startDroverProcess(shared, options, process, (child) => started.push(child), signal);
      return { stop: () => settleAll(started.map((child) => child.stop())) };
    },
    kubectl: (...args) =>
      execFileSync(stack.tools.kubectl, ['--kubeconfig', stack.kubeconfig, ...args], {
        env: stack.env,
        encoding: 'utf8',
      }),
    logs: () =>
      readdirSync(join(stateDir, 'logs'))
        .map((name) => readFileSync(join(stateDir, 'logs', name), 'utf8'))
        .join('\n'),
  };
}
