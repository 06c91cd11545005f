import type { SourceProgress } from '../source.js';
import { withAccess } from './access.js';
import { fetchRevision } from './fetch.js';
import { findObjects } from './objects.js';
import type { Remote } from './remote.js';
import { keepFetched, type StoreView } from './store.js';

/**
 * Makes sure that a commit with its files is in the view; without contact when it is.
 * @param depth commits of history to fetch; 0 is the whole history
 * @returns bytes that came over the network
 * @throws `RevisionNotFound`, `SecretInvalid`, or `GitFailure`
 */
export async function bringCommit(
  view: StoreView,
  { address, credentials, ref }: Remote,
  commit: string,
  depth: number,
  onProgress?: (progress: SourceProgress) => void,
): Promise<number> {
  const [found] = await findObjects(view.setup, [commit]);
  if (found !== undefined) return 0;
  const bytesFetched = await withAccess(view.setup, address, credentials, (setup) =>
    fetchRevision({ ...view, setup }, { url: address.url, depth, ref }, commit, onProgress),
  );
  await keepFetched(view);
  return bytesFetched;
}
