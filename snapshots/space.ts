import { statfs } from 'node:fs/promises';

/** What is free on the file system of `path`; `freeInodes` is absent where inodes are made as needed (btrfs). */
export async function readFreeSpace(path: string): Promise<{ freeBytes: number; freeInodes?: number }> {
  const { bavail, bsize, files, ffree } = await statfs(path);
  return { freeBytes: bavail * bsize, ...(files > 0 && { freeInodes: ffree }) };
}
