import { DroverError } from '../../domain/errors.js';
import type { EntryMode, ManifestEntry } from '../../domain/manifest.js';
import { linkEscapes } from '../../domain/paths.js';
import { attributeDigests, directoriesDownTo, parentOf } from './attributes.js';
import type { GitSetup } from './environment.js';
import { gitFailure } from './failure.js';
import { findObjects, readBlobs } from './objects.js';
import { runGit } from './run.js';
import { treeReader, type TreeRecord } from './tree.js';
import { checkPath, refusePath } from './treePath.js';

const MODES: Record<string, EntryMode> = { '100644': 'file', '100755': 'executable', '120000': 'link' };

/** Git LFS keeps its pointers below 1024 bytes (its specification); a shorter file than this cannot be one. */
const LFS_POINTER_BYTES = { min: 120, max: 1023 };
const LFS_POINTER_START = 'version https://git-lfs.github.com/spec/';

/**
 * Every file and link of a commit below `subPath`, sorted, checked to be safe. Submodules are left out: their files are
 * in another repository, and an empty directory would not survive.
 * @throws `SubPathNotFound`, `EmptySource`, `UnsafePath`, `UnsafeLink`, `LfsPointer`; `GitFailure` when objects are missing
 */
export async function listTree(setup: GitSetup, revision: string, subPath: string): Promise<ManifestEntry[]> {
  const { treeId, attributeFiles } = await findTree(setup, revision, subPath);
  const records: TreeRecord[] = [];
  const onOutput = treeReader((record) => {
    if (MODES[record.mode] === undefined) return;
    checkPath(record.path);
    records.push(record);
    if (baseName(record.path) !== '.gitattributes') return;
    attributeFiles.set(join(subPath, parentOf(record.path)), record.id);
  });
  await runGit(setup, ['ls-tree', '-r', '-z', '-l', '--full-tree', treeId], { onOutput });
  if (records.length === 0) {
    throw new DroverError(
      'EmptySource',
      subPath === '' ? `the commit ${revision} has no files` : `the directory "${subPath}" has no files`,
    );
  }
  checkNesting(records);
  await checkContents(setup, records);
  const digestOf = attributeDigests(attributeFiles);
  return records.map((record) => toEntry(record, digestOf(join(subPath, parentOf(record.path)))));
}

function toEntry({ mode: gitMode, path, size, id }: TreeRecord, attributes: string | undefined): ManifestEntry {
  const mode = MODES[gitMode] ?? 'file';
  // Attributes do not apply to links.
  if (attributes === undefined || mode === 'link') return { path, mode, size, id };
  return { path, mode, size, id: `${id}+${attributes}`, converted: true };
}

/** The tree to publish, and the attribute files above it. */
async function findTree(setup: GitSetup, revision: string, subPath: string) {
  const above = subPath === '' ? [] : directoriesDownTo(parentOf(subPath));
  const names = [
    `${revision}:`,
    `${revision}:${subPath}`,
    ...above.map((directory) => `${revision}:${join(directory, '.gitattributes')}`),
  ];
  const [root, tree, ...attributes] = await findObjects(setup, names);
  if (root === undefined) throw gitFailure('cat-file', 0, `missing tree of ${revision}`);
  if (tree?.type !== 'tree') {
    throw new DroverError(
      'SubPathNotFound',
      `source.git.subPath "${subPath}" is ${tree === undefined ? 'not there' : 'not a directory'} in ${revision}`,
    );
  }
  const attributeFiles = new Map<string, string>();
  for (const [index, directory] of above.entries()) {
    const file = attributes[index];
    if (file !== undefined) attributeFiles.set(directory, file.id);
  }
  return { treeId: tree.id, attributeFiles };
}

/** A malformed tree can hold a path twice, or a name both as a file and as a directory. */
function checkNesting(records: readonly TreeRecord[]): void {
  const directories = new Set<string>();
  for (const { path } of records) {
    for (let dir = parentOf(path); dir !== '' && !directories.has(dir); dir = parentOf(dir)) directories.add(dir);
  }
  const files = new Set<string>();
  for (const { path } of records) {
    if (files.has(path) || directories.has(path)) refusePath(path, 'is in the tree twice');
    files.add(path);
  }
}

/** Reads only what must be looked into: the targets of links, and files that are small enough for an LFS pointer. */
async function checkContents(setup: GitSetup, records: readonly TreeRecord[]): Promise<void> {
  const pathsOfId = new Map<string, TreeRecord[]>();
  for (const record of records) {
    const isSmall = record.size >= LFS_POINTER_BYTES.min && record.size <= LFS_POINTER_BYTES.max;
    if (MODES[record.mode] !== 'link' && !isSmall) continue;
    const same = pathsOfId.get(record.id);
    if (same === undefined) pathsOfId.set(record.id, [record]);
    else same.push(record);
  }
  const pointers: string[] = [];
  await readBlobs(setup, [...pathsOfId.keys()], (id, content) => {
    for (const { path, mode } of pathsOfId.get(id) ?? []) {
      if (MODES[mode] === 'link') checkLink(path, content.toString());
      else if (content.toString('latin1', 0, LFS_POINTER_START.length) === LFS_POINTER_START) pointers.push(path);
    }
  });
  const [first] = pointers;
  if (first === undefined) return;
  const others = pointers.length === 1 ? '' : ` and ${pointers.length - 1} more`;
  throw new DroverError(
    'LfsPointer',
    `"${first}"${others} is kept in Git LFS: the repository has only a pointer to it`,
  );
}

function checkLink(path: string, target: string): void {
  // Git writes no link of this name, since its content would be read as configuration.
  if (baseName(path).toLowerCase() === '.gitmodules')
    throw new DroverError('UnsafeLink', `"${path}" is a symbolic link`);
  if (linkEscapes(path, target))
    throw new DroverError('UnsafeLink', `the symbolic link "${path}" points out of the tree, to "${target}"`);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function join(directory: string, name: string): string {
  return directory === '' || name === '' ? `${directory}${name}` : `${directory}/${name}`;
}
