import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
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
  const found = await walk(tree, signal);
  const verified: ManifestEntry[] = [];
  await forEachInBatches(
    listing,
    ({ path, mode, size, id, converted }) => {
      if (!found.delete(path)) reject(`"${path}" is missing, expected ${mode}`);
      const stat = lstatSync(`${tree}/${path}`);
      const foundMode = stat.isSymbolicLink() ? 'link' : stat.isFile() ? fileMode(stat.mode) : 'other';
      if (foundMode !== mode) reject(`"${path}" is ${foundMode}, expected ${mode}`);
      if (converted !== true && stat.size !== size) reject(`"${path}" has ${stat.size} bytes, expected ${size}`);
      if (mode === 'link' && linkEscapes(path, readlinkSync(`${tree}/${path}`))) {
        throw new DroverError('UnsafeLink', `the link "${path}" points out of the tree`);
      }
      verified.push({ path, mode, size: stat.size, id });
    },
    signal,
  );
  const [extra] = found;
  if (extra !== undefined) reject(`"${extra}" is in the staged tree but not in the source`);
  return verified;
}

/** The path of everything below `tree` that is not a directory. Links are not followed. */
async function walk(tree: string, signal: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>();
  const directories = [''];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    const prefix = directory;
    await forEachInBatches(
      readdirSync(`${tree}/${directory}`, { withFileTypes: true }),
      (child) => {
        if (child.isDirectory()) directories.push(`${prefix}${child.name}/`);
        else found.add(`${prefix}${child.name}`);
      },
      signal,
    );
  }
  return found;
}

function fileMode(mode: number): EntryMode {
  return (mode & 0o100) === 0 ? 'file' : 'executable';
}

function reject(message: string): never {
  throw new DroverError('VerificationFailed', message);
}
