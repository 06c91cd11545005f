import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson } from '../snapshots/files.js';
import { identifyProcess, isRunning, type ProcessIdentity } from './processIdentity.js';

/** The process that runs a stack in `stateDir` at this moment; undefined when none does. */
export async function findOwner(stateDir: string): Promise<ProcessIdentity | undefined> {
  const owner = await readJson<ProcessIdentity>(ownerPath(stateDir));
  return owner !== undefined && isRunning(owner) ? owner : undefined;
}

/**
 * Makes this process the owner of `stateDir`, which is created when missing, and returns how to give it up.
 * Throws when the owner still runs: two stacks on the same data would destroy it.
 */
export async function claimStateDirectory(stateDir: string): Promise<() => Promise<void>> {
  await mkdir(join(stateDir, 'run'), { recursive: true, mode: 0o700 });
  const owner = await findOwner(stateDir);
  if (owner !== undefined) throw inUse(stateDir, owner.pid);
  const path = ownerPath(stateDir);
  await rm(path, { force: true });
  try {
    // Of two that find no owner at the same time, one writes and the other fails here.
    await writeFile(path, JSON.stringify(identifyProcess(process.pid)), { flag: 'wx' });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? inUse(stateDir) : error;
  }
  let owned = true;
  return async () => {
    // A second call must not take the directory from whoever owns it by then.
    if (owned) await rm(path, { force: true });
    owned = false;
  };
}

function ownerPath(stateDir: string): string {
  return join(stateDir, 'run', 'owner.json');
}

function inUse(stateDir: string, pid?: number): Error {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new Error(`${stateDir} is in use by ${who}: stop it first, or choose another directory with --state`);
}
