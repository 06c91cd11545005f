import { DroverError } from '../../domain/errors.js';
import type { SourceProgress } from '../source.js';
import { isGitFailure } from './failure.js';
import { findObjects } from './objects.js';
import { parseProgress } from './progress.js';
import { isCommitId } from './refName.js';
import { runGit } from './run.js';
import { readShallow, type StoreView } from './store.js';

/** Old servers send only what their refs name. */
const BARE_ID_REFUSED = /does not allow request for unadvertised object/;
const REF_MISSING = /couldn't find remote ref/;

/** What is fetched from: `depth` commits of history (0: all), from servers that refuse ids by this ref. */
export interface FetchSettings {
  readonly url: string;
  readonly depth: number;
  readonly ref?: string | undefined;
}

/**
 * Brings a commit with its files into the view, by its id, or from servers that refuse that by the refs that may hold it.
 * @returns bytes that came over the network, to about three digits
 * @throws `RevisionNotFound`, or `GitFailure`
 */
export async function fetchRevision(
  view: StoreView,
  settings: FetchSettings,
  revision: string,
  onProgress?: (progress: SourceProgress) => void,
): Promise<number> {
  const depthArgs = await chooseDepth(view, settings.depth);
  try {
    return await fetchRefs(view, settings.url, depthArgs, [revision], onProgress);
  } catch (error) {
    if (!isGitFailure(error) || !BARE_ID_REFUSED.test(error.stderr)) throw error;
  }
  for (const refSpecs of refSpecsThatMayHold(settings.ref)) {
    const isWhole = refSpecs.length > 1;
    const bytes = await fetchRefs(view, settings.url, isWhole ? [] : depthArgs, refSpecs, onProgress).catch(
      ignoreMissingRef,
    );
    const [commit] = await findObjects(view.setup, [revision]);
    if (commit !== undefined) return bytes;
  }
  throw new DroverError(
    'RevisionNotFound',
    `the server refuses commits by id, and no ref that it serves holds ${revision}`,
  );
}

/** A fetch into a shallow repository deepens only when told to. */
async function chooseDepth({ gitDir }: StoreView, depth: number): Promise<string[]> {
  if (depth > 0) return [`--depth=${depth}`];
  return (await readShallow(gitDir)).length > 0 ? ['--unshallow'] : [];
}

/** A branch before a tag, as `resolve` looks them up; for a commit id, every branch and tag with its history. */
function refSpecsThatMayHold(ref: string | undefined): string[][] {
  if (ref === undefined) return [['HEAD']];
  if (isCommitId(ref)) return [['+refs/heads/*:refs/fetched/heads/*', '+refs/tags/*:refs/fetched/tags/*']];
  if (ref.startsWith('refs/')) return [[ref]];
  return [[`refs/heads/${ref}`], [`refs/tags/${ref}`]];
}

function ignoreMissingRef(error: unknown): number {
  if (isGitFailure(error) && REF_MISSING.test(error.stderr)) return 0;
  throw error;
}

async function fetchRefs(
  { setup }: StoreView,
  url: string,
  depthArgs: readonly string[],
  refSpecs: readonly string[],
  onProgress: ((progress: SourceProgress) => void) | undefined,
): Promise<number> {
  let bytesFetched = 0;
  let last = '';
  const args = [
    'fetch',
    '--progress',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--no-recurse-submodules',
  ];
  await runGit(setup, [...args, ...depthArgs, '--', url, ...refSpecs], {
    onMessage: (line) => {
      const progress = parseProgress(line);
      if (progress === undefined) return;
      bytesFetched = progress.bytes ?? bytesFetched;
      const { step, percent } = progress;
      if (last === `${step} ${percent}`) return;
      last = `${step} ${percent}`;
      onProgress?.(percent === undefined ? { step } : { step, percent });
    },
  });
  return bytesFetched;
}
