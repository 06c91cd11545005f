import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row } from './rows.js';
import type { Bench, Workload } from './workload.js';

/** Runs a workload in a directory of its own below `parentDir`, and leaves no process behind, however it ends. */
export async function runWorkload(
  workload: Workload,
  { parentDir, ...given }: Omit<Bench, 'dir' | 'defer'> & { readonly parentDir: string },
): Promise<readonly Row[]> {
  const dir = join(parentDir, workload.name);
  await mkdir(dir);
  const ends: (() => Promise<void>)[] = [];
  try {
    return await workload.run({ ...given, dir, defer: (end) => void ends.push(end) });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
