import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess, isRunning, type ProcessIdentity } from './processIdentity.js';
import { signalGroup } from './signalGroup.js';

const POLL_INTERVAL_MS = 50;

/** Notes who `pid` is, for a later start that finds it left over. */
export function writePidFile(path: string, pid: number): void {
  const identity = identifyProcess(pid);
  if (identity === undefined) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(identity));
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/**
 * Ends the process group that an earlier start left behind, if the noted process is still that very one: SIGTERM, and
 * SIGKILL after `graceMs`. Returns whether there was one.
 */
export async function endLeftover(path: string, graceMs: number): Promise<boolean> {
  const leftover = readPidFile(path);
  if (leftover === undefined || !isRunning(leftover)) return false;
  signalGroup(leftover.pid, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < graceMs && isRunning(leftover); waitedMs += POLL_INTERVAL_MS) {
    await sleep(POLL_INTERVAL_MS);
  }
  signalGroup(leftover.pid, 'SIGKILL');
  while (isRunning(leftover)) await sleep(POLL_INTERVAL_MS);
  removePidFile(path);
  return true;
}

function readPidFile(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // Written half, so its writer died at that moment; what it started dies with it (see deathSignal).
    if ((error as Error).name === 'SyntaxError') return undefined;
    throw error;
  }
}
