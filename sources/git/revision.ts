import type { StoreContext } from '../source.js';
import { withAccess } from './access.js';
import type { GitAddress } from './address.js';
import { isStoreDamaged } from './classify.js';
import type { GitSetup } from './environment.js';
import { fetchRevision } from './fetch.js';
import { findObjects } from './objects.js';
import type { RepositorySettings } from './settings.js';
import { dropStore, keepFetched, openView } from './store.js';

/** One volume's repository and how git is called for it in this attempt. */
export interface Remote {
  readonly setup: GitSetup;
  readonly address: GitAddress;
  readonly settings: RepositorySettings;
}

/**
 * Runs `work` in a view of a store that has the revision; without contact when it has it already. A store that turns
 * out to be damaged is dropped and made anew, once.
 */
export async function withRevision<T>(
  remote: Remote,
  revision: string,
  context: StoreContext,
  work: (setup: GitSetup) => Promise<T>,
): Promise<{ readonly result: T; readonly bytesFetched: number }> {
  try {
    return await once();
  } catch (error) {
    if (!isStoreDamaged(error)) throw error;
    await dropStore(context);
    return once();
  }

  async function once() {
    const view = await openView(remote.setup, context);
    const [commit] = await findObjects(view.setup, [revision]);
    const bytesFetched = commit === undefined ? await bringRevision(view) : 0;
    return { bytesFetched, result: await work(view.setup) };
  }

  async function bringRevision({ setup, gitDir }: Awaited<ReturnType<typeof openView>>): Promise<number> {
    const bytesFetched = await withAccess(setup, remote.address, context.credentials, (setup) =>
      fetchRevision({ setup, gitDir }, remote.settings, revision, context.onProgress),
    );
    await keepFetched(gitDir, context.storeDir);
    return bytesFetched;
  }
}
