import type { Source, SourceContext, StoreContext } from '../source.js';
import { hostAndPort, parseAddress } from './address.js';
import { checkOut } from './checkout.js';
import { compactStore } from './compact.js';
import { gitSetup } from './environment.js';
import { listTree } from './listing.js';
import { nameFailure } from './nameFailure.js';
import { checkRefName } from './refName.js';
import { resolveRevision } from './resolve.js';
import { withRevision, type Remote } from './revision.js';
import type { GitOptions, RepositorySettings } from './settings.js';
import { normalizeSubPath } from './subPath.js';

export type { GitOptions } from './settings.js';

/**
 * A directory of a Git repository as a source of a volume. A revision is a full commit id.
 *
 *     const source = createGitSource({ url: 'https://git.example.com/docs.git', ref: 'main', depth: 1 }, { allowFileUrls: false });
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
  const subPath = normalizeSubPath(settings.subPath);

  /** Runs `work` with git set up for this attempt, and names whatever fails. */
  async function attempt<T>(
    context: SourceContext & Partial<StoreContext>,
    work: (remote: Remote) => Promise<T>,
  ): Promise<T> {
    const setup = gitSetup(options, context.privateDir, context.signal);
    try {
      return await work({ setup, address, settings });
    } catch (error) {
      context.signal.throwIfAborted();
      throw await nameFailure(error, address.label, context);
    }
  }

  return {
    host: hostAndPort(address),
    variant: subPath,

    resolve: (context) => attempt(context, (remote) => resolveRevision(remote, context.credentials)),

    list: (revision, context) =>
      attempt(context, async (remote) => {
        const list = (view: Remote['setup']) => listTree(view, revision, subPath);
        const { bytesFetched, result } = await withRevision(remote, revision, context, list);
        return { entries: result, bytesFetched };
      }),

    write: (revision, entries, targetDir, context) =>
      attempt(context, async (remote) => {
        const dirs = { targetDir, scratchDir: context.scratchDir };
        const { bytesFetched } = await withRevision(remote, revision, context, (view) =>
          checkOut(view, revision, subPath, entries, dirs, context.onProgress),
        );
        return { bytesFetched };
      }),

    compact: (context) => attempt(context, ({ setup }) => compactStore(setup, context)),
  };
}
