import { statfs } from 'node:fs/promises';
import { DroverError, type FailureReason } from '../../domain/errors.js';
import type { Source, SourceContext, StoreContext } from '../source.js';
import { withAccess } from './access.js';
import { hostAndPort, parseAddress } from './address.js';
import { checkOut } from './checkout.js';
import { classify, isStoreDamaged } from './classify.js';
import { compactStore } from './compact.js';
import { gitSetup, type GitSetup } from './environment.js';
import { errorCode } from './errorCode.js';
import { isGitFailure } from './failure.js';
import { fetchRevision } from './fetch.js';
import { listTree } from './listing.js';
import { findObjects } from './objects.js';
import { redact } from './redact.js';
import { checkRefName } from './refName.js';
import { resolveRevision } from './resolve.js';
import type { GitOptions, GitSettings } from './settings.js';
import { dropStore, keepFetched, openView } from './store.js';
import { normalizeSubPath } from './subPath.js';

/**
 * A directory of a Git repository as a source of a volume. A revision is a full commit id.
 *
 *     const source = createGitSource({ url: 'https://git.example.com/docs.git', ref: 'main', depth: 1 }, { allowFileUrls: false });
 *     const revision = await source.resolve(context);
 *     const { entries } = await source.list(revision, context);
 *     await source.write(revision, entries, targetDir, context);
 *
 * @throws `SourceRefused` or `InvalidSpec` when the settings cannot be used. Every failure of a call is a `DroverError`,
 * without secrets in its message, except that an abort rejects with the signal's reason.
 */
export function createGitSource(settings: GitSettings, options: GitOptions): Source {
  const address = parseAddress(settings.url, options.allowFileUrls);
  if (settings.ref !== undefined) checkRefName(settings.ref);
  const subPath = normalizeSubPath(settings.subPath);

  /** Runs `work` with git set up for this attempt, and names whatever fails. */
  async function attempt<T>(
    context: SourceContext & Partial<StoreContext>,
    work: (setup: GitSetup) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(gitSetup(options, context.privateDir, context.signal));
    } catch (error) {
      context.signal.throwIfAborted();
      throw await nameFailure(error, context);
    }
  }

  async function nameFailure(
    error: unknown,
    { credentials, privateDir, scratchDir = privateDir }: SourceContext & Partial<StoreContext>,
  ): Promise<unknown> {
    if (error instanceof DroverError) return error;
    const named = isGitFailure(error) ? classify(error, address.label) : nameSystemError(error);
    const reason = named.reason === 'NoSpace' && (await hasNoInodes(scratchDir)) ? 'NoInodes' : named.reason;
    return new DroverError(reason, redact(named.message, credentials), { cause: named.cause });
  }

  /** The revision is in the store for `work`. A store that turns out to be damaged is made anew, once. */
  async function withRevision<T>(
    revision: string,
    context: StoreContext,
    setup: GitSetup,
    work: (setup: GitSetup) => Promise<T>,
  ) {
    const once = async () => {
      const bytesFetched = await ensureRevision(revision, context, setup);
      const view = await openView(setup, { ...context, keptRevisions: [] });
      return { bytesFetched, result: await work(view.setup) };
    };
    try {
      return await once();
    } catch (error) {
      if (!isStoreDamaged(error)) throw error;
      await dropStore(context);
      return once();
    }
  }

  async function ensureRevision(revision: string, context: StoreContext, setup: GitSetup): Promise<number> {
    const { storeDir, credentials, onProgress } = context;
    const { gitDir, setup: inView } = await openView(setup, context);
    const [commit] = await findObjects(inView, [revision]);
    if (commit !== undefined) return 0;
    const bytesFetched = await withAccess(inView, address, credentials, (setup) =>
      fetchRevision({ setup, gitDir }, settings, revision, onProgress),
    );
    await keepFetched(gitDir, storeDir);
    return bytesFetched;
  }

  return {
    host: hostAndPort(address),
    variant: subPath,

    resolve: (context) =>
      attempt(context, (setup) => resolveRevision(setup, address, settings.ref, context.credentials)),

    list: (revision, context) =>
      attempt(context, async (setup) => {
        const { bytesFetched, result } = await withRevision(revision, context, setup, (view) =>
          listTree(view, revision, subPath),
        );
        return { entries: result, bytesFetched };
      }),

    write: (revision, entries, targetDir, context) =>
      attempt(context, async (setup) => {
        const { bytesFetched } = await withRevision(revision, context, setup, (view) =>
          checkOut(view, revision, subPath, entries, { targetDir, scratchDir: context.scratchDir }, context.onProgress),
        );
        return { bytesFetched };
      }),

    compact: (context) => attempt(context, (setup) => compactStore(setup, context)),
  };
}

const SYSTEM_REASONS: Record<string, FailureReason> = {
  ENOSPC: 'NoSpace',
  EDQUOT: 'NoSpace',
  EROFS: 'ReadOnlyExport',
};

function nameSystemError(error: unknown): DroverError {
  const message = error instanceof Error ? error.message : String(error);
  return new DroverError(SYSTEM_REASONS[errorCode(error) ?? ''] ?? 'Internal', message, { cause: error });
}

/** The system says ENOSPC for both; file systems without a fixed number of inodes report 0 of 0. */
async function hasNoInodes(directory: string): Promise<boolean> {
  const { files, ffree } = await statfs(directory);
  return files > 0 && ffree === 0;
}
