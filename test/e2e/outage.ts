import { setTimeout as sleep } from 'node:timers/promises';

/** Ways in which a server can be away. Each settles when the server may come back. */

/** Keeps a supervised server from coming up: every life of it is ended at once, long before it could answer. */
export async function keepDown(pid: () => number | undefined, durationMs: number): Promise<void> {
  for (const endMs = Date.now() + durationMs; Date.now() < endMs; await sleep(20)) {
    const current = pid();
    if (current !== undefined) endProcess(current);
  }
}

/** Stops a server without ending it: its connections stay open, and nothing is answered. */
export async function keepStopped(pid: () => number | undefined, durationMs: number): Promise<void> {
  const current = pid();
  if (current === undefined) throw new Error('the server does not run');
  process.kill(current, 'SIGSTOP');
  try {
    await sleep(durationMs);
  } finally {
    process.kill(current, 'SIGCONT');
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself, which is as good.
  }
}
