import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../domain/errorCode.js';

/** How long a group may take to end by itself before it is killed. */
const GRACE_MS = 2000;
/** After SIGKILL only a process that hangs in the kernel (a dead NFS server) is left; nobody can wait for that. */
const KILL_PATIENCE_MS = 5000;
const LOOK_EVERY_MS = 10;

/** Ends every process of the group that `leaderPid` leads. Returns when none of them runs any more. */
export async function endGroup(leaderPid: number): Promise<void> {
  if (!isRunning(leaderPid)) return;
  signalGroup(leaderPid, 'SIGTERM');
  if (await endsWithin(leaderPid, GRACE_MS)) return;
  signalGroup(leaderPid, 'SIGKILL');
  await endsWithin(leaderPid, KILL_PATIENCE_MS);
}

async function endsWithin(leaderPid: number, patienceMs: number): Promise<boolean> {
  const endMs = Date.now() + patienceMs;
  while (isRunning(leaderPid)) {
    if (Date.now() > endMs) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

/**
 * A group can also be signalled while all that is left of it is zombies: orphans that the container's first process
 * has not waited for yet, which it may never do. Linux tells them apart; elsewhere they count.
 */
function isRunning(leaderPid: number): boolean {
  return signalGroup(leaderPid, 0) && (process.platform !== 'linux' || hasLivingMember(leaderPid));
}

function hasLivingMember(groupId: number): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    // After the program's name, which may hold anything but ends with the last ")": state, parent, group.
    const [state, , group] = readStat(name)
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === String(groupId) && state !== 'Z' && state !== 'X';
  });
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    // The process ended between the listing and the reading.
    if (['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '')) return '';
    throw error;
  }
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
