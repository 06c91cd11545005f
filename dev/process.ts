import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../k8s/clock.js';
import { findDeathSignal, type DeathSignal } from './deathSignal.js';
import { endLeftover, removePidFile, writePidFile } from './pidFile.js';
import { HEALTHY_MS, restartDelayMs } from './restartDelay.js';
import { signalGroup } from './signalGroup.js';

export interface ProcessSpec {
  /** Names its log and pid file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Between SIGTERM and SIGKILL; 10 s by default. */
  readonly graceMs?: number;
  /** What it is sent when this process dies without stopping it; TERM by default. */
  readonly deathSignal?: DeathSignal;
}

export interface SupervisionOptions {
  /** Logs go to `logs/NAME.log` below it, pids to `run/NAME.pid`. */
  readonly stateDir: string;
  readonly say: (line: string) => void;
}

/** A child process that is started again whenever it dies, until it is told to stop. */
export interface SupervisedProcess {
  readonly name: string;
  readonly logPath: string;
  /** Of the current life; undefined while it waits to be started again and after its stop. */
  readonly pid: () => number | undefined;
  /** Settles when it dies for the first time without being told to, and says how. */
  readonly firstDeath: Promise<string>;
  /** Ends it and everything that it started; settles when it has ended. */
  readonly stop: () => Promise<void>;
}

const DEFAULT_GRACE_MS = 10_000;

/**
 * Starts `spec` in a process group of its own, so that Ctrl-C in a terminal does not reach it and its owner can stop
 * things in order. Ends a left-over of an earlier start first. The log of the earlier start is kept as `NAME.log.1`.
 */
export async function superviseProcess(spec: ProcessSpec, options: SupervisionOptions): Promise<SupervisedProcess> {
  const { name, graceMs = DEFAULT_GRACE_MS } = spec;
  const pidPath = join(options.stateDir, 'run', `${name}.pid`);
  const logPath = join(options.stateDir, 'logs', `${name}.log`);
  if (await endLeftover(pidPath, graceMs)) options.say(`${name}: ended what an earlier start had left behind`);
  const prefix = await findDeathSignal(spec.deathSignal ?? 'TERM', spec.env);
  mkdirSync(dirname(logPath), { recursive: true });
  if (existsSync(logPath)) renameSync(logPath, `${logPath}.1`);

  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  let reportDeath: (how: string) => void;
  const firstDeath = new Promise<string>((resolve) => (reportDeath = resolve));

  const live = async () => {
    for (let deaths = 0; !stopping.signal.aborted;) {
      const startMs = performance.now();
      child = launch(spec, prefix, logPath);
      const ended = awaitEnd(child);
      if (child.pid !== undefined) writePidFile(pidPath, child.pid);
      const how = await ended;
      // Whatever it had started must not hold its ports when it is started again.
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      removePidFile(pidPath);
      child = undefined;
      if (stopping.signal.aborted) return;
      reportDeath(how);
      deaths = performance.now() - startMs >= HEALTHY_MS ? 1 : deaths + 1;
      const delayMs = restartDelayMs(deaths);
      options.say(`${name} died (${how}); starting it again in ${delayMs / 1000} s (log: ${logPath})`);
      // An abort only ends the waiting; the condition of the loop then ends the rest.
      await systemClock.sleep(delayMs, stopping.signal);
    }
  };
  const life = live();

  const stop = async () => {
    stopping.abort();
    const pid = child?.pid;
    if (pid !== undefined) signalGroup(pid, 'SIGTERM');
    const timer = setTimeout(() => {
      if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    }, graceMs);
    await life.finally(() => clearTimeout(timer));
  };
  return { name, logPath, pid: () => child?.pid, firstDeath, stop };
}

function launch(spec: ProcessSpec, prefix: readonly string[], logPath: string): ChildProcess {
  const [command = spec.command, ...args] = [...prefix, spec.command, ...spec.args];
  const log = openSync(logPath, 'a');
  try {
    const { env, cwd } = spec;
    return spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

async function awaitEnd(child: ChildProcess): Promise<string> {
  return await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
