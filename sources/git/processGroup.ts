import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './errorCode.js';

/** How long a group may take to end by itself before it is killed. */
const GRACE_MS = 2000;
/** After SIGKILL only a process that hangs in the kernel (a dead NFS server) is left; nobody can wait for that. */
const KILL_PATIENCE_MS = 5000;
const LOOK_EVERY_MS = 10;

/** Ends every process of the group that `leaderPid` leads. Returns when they are gone. */
export async function endGroup(leaderPid: number): Promise<void> {
  if (!signalGroup(leaderPid, 'SIGTERM')) return;
  if (await isGoneWithin(leaderPid, GRACE_MS)) return;
  signalGroup(leaderPid, 'SIGKILL');
  await isGoneWithin(leaderPid, KILL_PATIENCE_MS);
}

async function isGoneWithin(leaderPid: number, patienceMs: number): Promise<boolean> {
  const endMs = Date.now() + patienceMs;
  while (signalGroup(leaderPid, 0)) {
    if (Date.now() > endMs) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

/** Whether there was a group to signal. */
function signalGroup(leaderPid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leaderPid, name);
    return true;
  } catch (error) {
    // ESRCH: the last process has ended. EPERM: what is left belongs to somebody else, so the number was given anew.
    if (['ESRCH', 'EPERM'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}
