import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** The inode of every file that readers see, by path. */
export type Inodes = ReadonlyMap<string, bigint>;

/** Reads the tree behind `dataDir`, what consumers mount: its `..data` is a link to the published snapshot. */
export async function readInodes(dataDir: string): Promise<Inodes> {
  const snapshot = await realpath(join(dataDir, '..data'));
  const inodes = new Map<string, bigint>();
  for (const entry of await readdir(snapshot, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    inodes.set(path.slice(snapshot.length + 1), (await lstat(path, { bigint: true })).ino);
  }
  return inodes;
}

/** What happened between two trees: a file that kept its inode was not written. Sorted by path. */
export function compareInodes(before: Inodes, after: Inodes): { written: string[]; removed: string[]; kept: number } {
  const written = [...after].filter(([path, inode]) => before.get(path) !== inode).map(([path]) => path);
  const removed = [...before.keys()].filter((path) => !after.has(path));
  return { written: written.toSorted(), removed: removed.toSorted(), kept: after.size - written.length };
}
