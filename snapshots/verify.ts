import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DroverError } from '../domain/errors.js';
import type { EntryMode, ManifestEntry } from '../domain/manifest.js';
import { linkEscapes } from '../domain/paths.js';
import { forEachInBatches } from './batches.js';

/**
 * Compares a staged tree with its listing: every entry is there with its type, mode and size, links stay inside, and
 * nothing else is there. Returns the entries with the sizes that were found, which is what readers get.
 * Contents were checked by the source while it wrote them (Git: each object against its id).
 */
export async function verifyTree(
  tree: string,
  listing: readonly ManifestEntry[],
  signal: AbortSignal,
): Promise<ManifestEntry[]> {
  const found = new Map<string, EntryMode | 'other'>();
  const sizes = new Map<string, number>();
  const directories = [''];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    const prefix = directory === '' ? '' : `${directory}/`;
    const children = readdirSync(join(tree, directory), { withFileTypes: true });
    await forEachInBatches(
      children,
      (child) => {
        const path = `${prefix}${child.name}`;
        if (child.isDirectory()) {
          directories.push(path);
          return;
        }
        const { mode, size } = lstatSync(join(tree, path));
        found.set(path, child.isSymbolicLink() ? 'link' : child.isFile() ? fileMode(mode) : 'other');
        sizes.set(path, size);
      },
      signal,
    );
  }

  const verified: ManifestEntry[] = [];
  await forEachInBatches(
    listing,
    (entry) => {
      const mode = found.get(entry.path);
      if (mode !== entry.mode) reject(`"${entry.path}" is ${mode ?? 'missing'}, expected ${entry.mode}`);
      const size = sizes.get(entry.path) ?? 0;
      if (entry.converted !== true && size !== entry.size) {
        reject(`"${entry.path}" has ${size} bytes, expected ${entry.size}`);
      }
      if (mode === 'link' && linkEscapes(entry.path, readlinkSync(join(tree, entry.path)))) {
        throw new DroverError('UnsafeLink', `the link "${entry.path}" points out of the tree`);
      }
      found.delete(entry.path);
      verified.push({ path: entry.path, mode: entry.mode, size, id: entry.id });
    },
    signal,
  );
  const [extra] = found.keys();
  if (extra !== undefined) reject(`"${extra}" is in the staged tree but not in the source`);
  return verified;
}

function fileMode(mode: number): EntryMode {
  return (mode & 0o100) === 0 ? 'file' : 'executable';
}

function reject(message: string): never {
  throw new DroverError('VerificationFailed', message);
}
