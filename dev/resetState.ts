import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findOwner } from './stateDirectory.js';

/**
 * Removes a state directory with all data in it. Throws, naming the pid, when its owner runs, and when the directory
 * was not made by a start: a mistyped path must not cost anybody their files. Returns whether there was one.
 */
export async function resetState(stateDir: string): Promise<boolean> {
  const path = resolve(stateDir);
  if (!existsSync(path)) return false;
  const owner = await findOwner(path);
  if (owner !== undefined) throw new Error(`${path} is in use by process ${owner.pid}: stop it first`);
  if (!existsSync(join(path, 'run'))) throw new Error(`${path} is no state directory: it has no run/ in it`);
  await rm(path, { recursive: true });
  return true;
}
