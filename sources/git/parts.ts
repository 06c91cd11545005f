import { DroverError } from '../../domain/errors.js';
import type { Credentials, SourceProgress } from '../source.js';
import { isSameServer, parseAddress, type GitAddress } from './address.js';
import { bringCommit } from './bringCommit.js';
import { EMPTY_REVISION } from './emptyRevision.js';
import type { GitSetup } from './environment.js';
import { isGitFailure } from './failure.js';
import { isRelativeUrl, resolveModuleUrl } from './moduleUrl.js';
import { readModules, type Module } from './modules.js';
import { findObjects } from './objects.js';
import type { Remote } from './remote.js';
import { directoriesDownTo, join, parentOf } from './repositoryPath.js';
import { wantedWithin, type Selection } from './selection.js';
import type { RepositorySettings } from './settings.js';
import type { StoreView } from './store.js';
import { DIRECTORY, readTree, SUBMODULE, type TreeRecord } from './tree.js';
import { checkPath } from './treePath.js';

/** One repository of a tree: the volume's own, or a submodule. */
export interface Part {
  /** Where its root lies in the volume's repository; '' for that repository itself. */
  readonly path: string;
  readonly commit: string;
  readonly remote: Remote;
  /** How many submodules it lies in. */
  readonly level: number;
}

export interface PartsWanted {
  /** Commits of history to fetch of each repository; 0 is all. */
  readonly depth: number;
  readonly submodules: RepositorySettings['submodules'] | undefined;
  readonly selection: Selection;
  readonly allowFileUrls: boolean;
  readonly onProgress?: ((progress: SourceProgress) => void) | undefined;
}

/** A repository can name itself as its submodule, at an older commit each time. */
const MAX_LEVELS = 10;
const MAX_SUBMODULES = 256;

/**
 * The repositories that a commit's selected tree consists of, each brought into the view, parents first. Without
 * `submodules` that is the volume's own alone, and none for `EMPTY_REVISION`.
 * @throws `SourceRefused` for what `.gitmodules` must not say, `RepositoryNotFound` when it says nothing; what
 * `bringCommit` throws, naming the submodule
 */
export async function findParts(
  view: StoreView,
  remote: Remote,
  revision: string,
  wanted: PartsWanted,
): Promise<{ readonly parts: readonly Part[]; readonly bytesFetched: number }> {
  if (revision === EMPTY_REVISION) return { parts: [], bytesFetched: 0 };
  const root: Part = { path: '', commit: revision, remote, level: 0 };
  const parts = [root];
  let bytesFetched = await bringCommit(view, remote, revision, wanted.depth, wanted.onProgress);
  // The list grows while it is walked: the submodules of a submodule come behind it.
  for (const part of parts) {
    if (part.level === levelsOf(wanted.submodules)) continue;
    const links = await findLinks(view.setup, part, wantedWithin(wanted.selection, part.path));
    if (links.length === 0) continue;
    if (part.level === MAX_LEVELS) refuse(part.path, `has submodules itself, ${MAX_LEVELS} levels deep`);
    const modules = await readModules(view.setup, part.commit, nameOf(part));
    for (const link of links) {
      const child = describeSubmodule(root, part, link, modules.get(link.path), wanted.allowFileUrls);
      if (parts.length > MAX_SUBMODULES) refuse(child.path, `is one of more than ${MAX_SUBMODULES}`);
      bytesFetched += await bringSubmodule(view, child, root, wanted);
      parts.push(child);
    }
  }
  return { parts, bytesFetched };
}

/** Answers with the part that a path of the volume's repository lies in: the innermost one. */
export function partFinder(parts: readonly Part[]): (path: string) => Part | undefined {
  const byPath = new Map(parts.map((part) => [part.path, part]));
  return (path) => {
    for (let directory = path; ; directory = parentOf(directory)) {
      const part = byPath.get(directory);
      if (part !== undefined || directory === '') return part;
    }
  };
}

/** Levels below which nothing is looked for; one more than are allowed, where too many are an error. */
function levelsOf(submodules: PartsWanted['submodules']): number {
  if (submodules === undefined) return 0;
  return submodules === 'Direct' ? 1 : MAX_LEVELS + 1;
}

/** Submodules at or below `wanted`, and those that `wanted` leads into. */
async function findLinks(setup: GitSetup, { commit }: Part, wanted: readonly string[]): Promise<TreeRecord[]> {
  const links = new Map<string, TreeRecord>();
  await readTree(setup, commit, wanted, ['-r'], (record) => {
    if (record.mode === SUBMODULE) links.set(record.path, record);
  });
  const found = await findObjects(
    setup,
    wanted.map((path) => `${commit}:${path}`),
  );
  for (const [index, path] of wanted.entries()) {
    const link = found[index] === undefined ? await findLinkAbove(setup, commit, path) : undefined;
    if (link !== undefined) links.set(link.path, link);
  }
  return [...links.values()];
}

async function findLinkAbove(setup: GitSetup, commit: string, path: string): Promise<TreeRecord | undefined> {
  for (const prefix of directoriesDownTo(path)) {
    if (prefix === '') continue;
    let seen: TreeRecord | undefined;
    await readTree(setup, commit, [prefix], [], (record) => {
      if (record.path === prefix) seen = record;
    });
    if (seen?.mode !== DIRECTORY) return seen?.mode === SUBMODULE ? seen : undefined;
  }
  return undefined;
}

function describeSubmodule(
  root: Part,
  parent: Part,
  link: TreeRecord,
  module: Module | undefined,
  allowFileUrls: boolean,
): Part {
  const path = join(parent.path, link.path);
  checkPath(path);
  if (link.path.startsWith('-')) refuse(path, 'has a path that begins with "-"');
  if (module?.url === undefined) {
    throw new DroverError(
      'RepositoryNotFound',
      `the submodule ${JSON.stringify(path)} has no URL in .gitmodules of ${nameOf(parent)}`,
    );
  }
  if (module.name.split(/[/\\]/).includes('..')) refuse(path, 'has a name with ".." in it');
  const address = readAddress(parent.remote.address, module.url, path, allowFileUrls);
  const remote = { address, credentials: credentialsFor(address, root.remote), ref: link.id };
  return { path, commit: link.id, remote, level: parent.level + 1 };
}

function readAddress(parent: GitAddress, url: string, path: string, allowFileUrls: boolean): GitAddress {
  const isRelative = isRelativeUrl(url);
  const address = parseAddress(
    isRelative ? resolveModuleUrl(parent.url, url) : url,
    // Who may write `.gitmodules` on a server must not choose a path of the mover's disk.
    allowFileUrls && parent.scheme === 'file',
    `the URL of the submodule ${JSON.stringify(path)}`,
  );
  if (isRelative && !isSameServer(address, parent)) refuse(path, 'has a relative URL that leads out of its server');
  return address;
}

/** Credentials are for the server of the volume's own URL. Whom to trust is no secret. */
function credentialsFor(address: GitAddress, { address: own, credentials }: Remote): Credentials {
  if (isSameServer(address, own)) return credentials;
  return credentials.knownHosts === undefined ? {} : { knownHosts: credentials.knownHosts };
}

async function bringSubmodule(
  view: StoreView,
  child: Part,
  root: Part,
  { depth, onProgress }: PartsWanted,
): Promise<number> {
  try {
    return await bringCommit(view, child.remote, child.commit, depth, onProgress);
  } catch (error) {
    const { address } = child.remote;
    const hint = isSameServer(address, root.remote.address) ? '' : ', another server, which gets no credentials';
    const label = `the submodule ${JSON.stringify(child.path)} (${address.label}${hint})`;
    if (isGitFailure(error)) throw Object.assign(error, { label });
    if (error instanceof DroverError) throw new DroverError(error.reason, `${label}: ${error.message}`);
    throw error;
  }
}

function nameOf({ path }: Part): string {
  return path === '' ? 'the repository' : `the submodule ${JSON.stringify(path)}`;
}

function refuse(path: string, problem: string): never {
  throw new DroverError('SourceRefused', `the submodule ${JSON.stringify(path)} ${problem}`);
}
