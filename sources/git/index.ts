import type { Source, SourceContext, StoreContext } from '../source.js';
import { hostAndPort, parseAddress } from './address.js';
import { checkOut } from './checkout.js';
import { compactStore } from './compact.js';
import { gitSetup, type GitSetup } from './environment.js';
import { listParts } from './listing.js';
import { nameFailure } from './nameFailure.js';
import { findParts, type Part } from './parts.js';
import { checkRefName } from './refName.js';
import type { Remote } from './remote.js';
import { resolveRevision } from './resolve.js';
import { readSelection } from './selection.js';
import type { GitOptions, RepositorySettings } from './settings.js';
import type { StoreDirs } from './store.js';
import { variantOf } from './variant.js';
import { withView } from './withView.js';

export type { GitOptions } from './settings.js';

/**
 * A Git repository, or what is selected of it, as a source of a volume. A revision is a full commit id, or
 * `EMPTY_REVISION`.
 *
 *     const source = createGitSource({ url: 'https://git.example.com/docs.git', ref: 'main', depth: 1 }, options);
 *     const revision = await source.resolve(context);
 *     const { entries } = await source.list(revision, context);
 *     await source.write(revision, entries, targetDir, context);
 *
 * @throws `SourceRefused` or `InvalidSpec` when the settings cannot be used. Every failure of a call is a `DroverError`
 * without secrets in its message, except that an abort rejects with the signal's reason.
 */
export function createGitSource(settings: RepositorySettings, options: GitOptions): Source {
  const address = parseAddress(settings.url, options.allowFileUrls);
  if (settings.ref !== undefined) checkRefName(settings.ref);
  const { ref, depth, submodules } = settings;
  const { allowFileUrls } = options;
  const selection = readSelection(settings);
  const hasSubmodules = submodules !== undefined;

  /** Runs `work` with git set up for this attempt, and names whatever fails. */
  async function attempt<T>(
    context: SourceContext & Partial<StoreContext>,
    work: (setup: GitSetup) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(gitSetup(options, context.privateDir, context.signal));
    } catch (error) {
      context.signal.throwIfAborted();
      throw await nameFailure(error, address.label, context);
    }
  }

  function remoteFor({ credentials }: SourceContext): Remote {
    return { address, credentials, ...(ref !== undefined && { ref }) };
  }

  function dirsOf(context: StoreContext): StoreDirs {
    return { ...context, hasSubmodules };
  }

  /** Runs `work` on every repository of the revision's tree. */
  function inParts<T>(
    revision: string,
    context: StoreContext,
    work: (setup: GitSetup, parts: readonly Part[]) => Promise<T>,
  ): Promise<{ readonly result: T; readonly bytesFetched: number }> {
    const wanted = { depth, submodules, selection, allowFileUrls, onProgress: context.onProgress };
    return attempt(context, (setup) =>
      withView(setup, dirsOf(context), async (view) => {
        const { parts, bytesFetched } = await findParts(view, remoteFor(context), revision, wanted);
        return { bytesFetched, result: await work(view.setup, parts) };
      }),
    );
  }

  return {
    host: hostAndPort(address),
    variant: variantOf(settings, selection),

    resolve: (context) => attempt(context, (setup) => resolveRevision(setup, remoteFor(context))),

    list: async (revision, context) => {
      const list = (setup: GitSetup, parts: readonly Part[]) => listParts(setup, parts, selection);
      const { bytesFetched, result } = await inParts(revision, context, list);
      return { entries: result, bytesFetched };
    },

    write: async (revision, entries, targetDir, context) => {
      if (entries.length === 0) return { bytesFetched: 0 };
      const dirs = { targetDir, scratchDir: context.scratchDir };
      const { bytesFetched } = await inParts(revision, context, (setup, parts) =>
        checkOut(setup, parts, selection.subPath, entries, dirs, context.onProgress),
      );
      return { bytesFetched };
    },

    compact: (context) => attempt(context, (setup) => compactStore(setup, dirsOf(context))),
  };
}
