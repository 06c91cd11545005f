import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Every entry below `dir`, by path, without what lies in `without` (a name). Links are not followed. */
function* entriesOf(dir: string, without: string, prefix = ''): Generator<string> {
  for (const child of readdirSync(join(dir, prefix), { withFileTypes: true })) {
    if (child.name === without) continue;
    const path = join(prefix, child.name);
    yield path;
    if (child.isDirectory()) yield* entriesOf(dir, without, path);
  }
}

/** Inode and time of the last change of every entry, and of the directory itself. */
export function inodesOf(dir: string, without = ''): ReadonlyMap<string, string> {
  return new Map(
    ['.', ...entriesOf(dir, without)].map((path) => {
      const { ino, ctimeNs } = lstatSync(join(dir, path), { bigint: true });
      return [path, `${ino} ${ctimeNs}`] as const;
    }),
  );
}

/** How many entries were added, removed, or have another inode or change time. */
export function countChanged(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): number {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).length;
}

/** Inode and time of the last write of each file in a tree: what was written anew has others, a hard link has not. */
export function fileStamps(dir: string, without = ''): ReadonlySet<string> {
  return new Set(
    [...entriesOf(dir, without)]
      .map((path) => lstatSync(join(dir, path), { bigint: true }))
      .filter((stat) => stat.isFile())
      .map(({ ino, mtimeNs }) => `${ino} ${mtimeNs}`),
  );
}

/** One digest of names, kinds and contents. */
export function digestOf(dir: string, without = ''): string {
  const hash = createHash('sha256');
  for (const path of [...entriesOf(dir, without)].sort()) {
    const stat = lstatSync(join(dir, path));
    hash.update(`${path}\0${stat.mode & 0o170100}\0`);
    if (stat.isFile()) hash.update(readFileSync(join(dir, path)));
    if (stat.isSymbolicLink()) hash.update(readlinkSync(join(dir, path)));
  }
  return hash.digest('hex');
}

/** Bytes that the files below `dir` hold. */
export function bytesBelow(dir: string): number {
  return [...entriesOf(dir, '')].reduce((sum, path) => sum + lstatSync(join(dir, path)).size, 0);
}

/** Files below `dir` that hold `text`, in their content or in their path. */
export function countPlaces(text: string, dir: string): number {
  return [...entriesOf(dir, '')].filter((path) => {
    const isFile = lstatSync(join(dir, path)).isFile();
    return path.includes(text) || (isFile && readFileSync(join(dir, path)).includes(text));
  }).length;
}
