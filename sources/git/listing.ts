import { DroverError } from '../../domain/errors.js';
import { comparePaths, type EntryMode, type ManifestEntry } from '../../domain/manifest.js';
import { linkEscapes } from '../../domain/paths.js';
import { attributeDigests } from './attributes.js';
import type { GitSetup } from './environment.js';
import { gitFailure } from './failure.js';
import { findObjects, readBlobs } from './objects.js';
import { partFinder, type Part } from './parts.js';
import { baseName, directoriesDownTo, join, parentOf, within } from './repositoryPath.js';
import { wantedWithin, type NamedPath, type Selection } from './selection.js';
import { readTree, SUBMODULE, type TreeRecord } from './tree.js';
import { checkPath, refusePath } from './treePath.js';

const MODES: Record<string, EntryMode> = { '100644': 'file', '100755': 'executable', '120000': 'link' };

/** Git LFS keeps its pointers below 1024 bytes (its specification); a shorter file than this cannot be one. */
const LFS_POINTER_BYTES = { min: 120, max: 1023 };
const LFS_POINTER_START = 'version https://git-lfs.github.com/spec/';

/**
 * Every selected file and link of the parts of a tree, sorted, checked to be safe. Submodules that are no parts are left
 * out: their files are in another repository, and an empty directory would not survive.
 * @throws `SubPathNotFound`, `UnsafePath`, `UnsafeLink`, `LfsPointer`; `GitFailure` when objects are missing
 */
export async function listParts(
  setup: GitSetup,
  parts: readonly Part[],
  selection: Selection,
): Promise<ManifestEntry[]> {
  const partOf = partFinder(parts);
  const homeless = selection.named.find(({ path }) => partOf(path) === undefined);
  if (homeless !== undefined) refuseMissing(homeless, undefined, 'an empty repository');
  const entries: ManifestEntry[] = [];
  for (const part of parts) {
    const named = selection.named.filter(({ path }) => partOf(path) === part);
    for (const entry of await listPart(setup, part, named, selection)) entries.push(entry);
  }
  await checkContents(setup, entries);
  return entries.sort((a, b) => comparePaths(a.path, b.path));
}

async function listPart(
  setup: GitSetup,
  part: Part,
  named: readonly NamedPath[],
  selection: Selection,
): Promise<ManifestEntry[]> {
  const wanted = wantedWithin(selection, part.path);
  const attributeFiles = await lookUp(setup, part, named, wanted);
  const records: TreeRecord[] = [];
  await readTree(setup, part.commit, wanted, ['-r', '-l'], (record) => {
    if (MODES[record.mode] === undefined && record.mode !== SUBMODULE) return;
    records.push(record);
    if (baseName(record.path) === '.gitattributes') attributeFiles.set(parentOf(record.path), record.id);
  });
  checkNesting(records);
  const digestOf = attributeDigests(attributeFiles);
  const entries: ManifestEntry[] = [];
  for (const record of records) {
    if (record.mode === SUBMODULE) continue;
    const path = within(selection.subPath, join(part.path, record.path));
    checkPath(path);
    entries.push(toEntry(record, path, digestOf(parentOf(record.path))));
  }
  return entries;
}

function toEntry({ mode: gitMode, size, id }: TreeRecord, path: string, attributes: string | undefined): ManifestEntry {
  const mode = MODES[gitMode] ?? 'file';
  // Attributes do not apply to links.
  if (attributes === undefined || mode === 'link') return { path, mode, size, id };
  return { path, mode, size, id: `${id}+${attributes}`, converted: true };
}

/** Checks that the part's tree and the named paths are there, and finds the attribute files above what is wanted. */
async function lookUp(
  setup: GitSetup,
  { path: root, commit }: Part,
  named: readonly NamedPath[],
  wanted: readonly string[],
): Promise<Map<string, string>> {
  const above = new Set(wanted.flatMap((path) => (path === '' ? [] : directoriesDownTo(parentOf(path)))));
  const paths = ['', ...named.map(({ path }) => within(root, path)), ...[...above].map(attributesIn)];
  const [tree, ...objects] = await findObjects(
    setup,
    paths.map((path) => `${commit}:${path}`),
  );
  if (tree === undefined) throw gitFailure('cat-file', 0, `missing tree of ${commit}`);
  for (const [index, name] of named.entries()) {
    const type = objects[index]?.type;
    const isThere = type === 'tree' || (type === 'blob' && name.field === 'source.git.sparsePaths');
    if (!isThere) refuseMissing(name, type, commit);
  }
  const attributeFiles = new Map<string, string>();
  for (const [index, directory] of [...above].entries()) {
    const file = objects[named.length + index];
    if (file !== undefined) attributeFiles.set(directory, file.id);
  }
  return attributeFiles;
}

function attributesIn(directory: string): string {
  return join(directory, '.gitattributes');
}

function refuseMissing({ field, path }: NamedPath, type: string | undefined, where: string): never {
  const problem = type === 'blob' ? 'is not a directory' : 'is not there';
  throw new DroverError('SubPathNotFound', `${field} "${path}" ${problem} in ${where}`);
}

/** A malformed tree can hold a path twice, or a name both as a file or submodule and as a directory. */
function checkNesting(records: readonly TreeRecord[]): void {
  const directories = new Set<string>();
  for (const { path } of records) {
    for (let dir = parentOf(path); dir !== '' && !directories.has(dir); dir = parentOf(dir)) directories.add(dir);
  }
  const seen = new Set<string>();
  for (const { path } of records) {
    if (seen.has(path) || directories.has(path)) refusePath(path, 'is in the tree twice');
    seen.add(path);
  }
}

/** Reads only what must be looked into: the targets of links, and files that are small enough for an LFS pointer. */
async function checkContents(setup: GitSetup, entries: readonly ManifestEntry[]): Promise<void> {
  const entriesOfBlob = new Map<string, ManifestEntry[]>();
  for (const entry of entries) {
    const isSmall = entry.size >= LFS_POINTER_BYTES.min && entry.size <= LFS_POINTER_BYTES.max;
    if (entry.mode !== 'link' && !isSmall) continue;
    const blob = entry.id.slice(0, 40);
    const same = entriesOfBlob.get(blob);
    if (same === undefined) entriesOfBlob.set(blob, [entry]);
    else same.push(entry);
  }
  const pointers: string[] = [];
  await readBlobs(setup, [...entriesOfBlob.keys()], (id, content) => {
    for (const { path, mode } of entriesOfBlob.get(id) ?? []) {
      if (mode === 'link') checkLink(path, content.toString());
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
