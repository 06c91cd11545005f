import { DroverError } from '../../domain/errors.js';
import { withAccess } from './access.js';
import type { GitAddress } from './address.js';
import { EMPTY_REVISION } from './emptyRevision.js';
import type { GitSetup } from './environment.js';
import { isCommitId } from './refName.js';
import { parseRemoteRefs, pickRevision, refCandidates, similarRefs, type RemoteRef } from './refs.js';
import type { Remote } from './remote.js';
import { runGit } from './run.js';

/**
 * The commit that the configured ref names at the remote now; one `git ls-remote`, and a second one only to explain a failure. A full
 * commit id is its own answer, without contact. A repository without refs answers `EMPTY_REVISION`, whatever ref is
 * configured: nobody has pushed yet, which is not the same as a wrong name.
 * @throws `RefNotFound`, or `GitFailure`
 */
export async function resolveRevision(setup: GitSetup, { address, credentials, ref }: Remote): Promise<string> {
  if (ref !== undefined && isCommitId(ref)) return ref.toLowerCase();
  return withAccess(setup, address, credentials, async (setup) => {
    const found = pickRevision(await listRemote(setup, address, refCandidates(ref)), ref);
    if (found !== undefined) return found;
    const refs = await listRemote(setup, address, []);
    return refs.length === 0 ? EMPTY_REVISION : explainMissing(ref, refs);
  });
}

async function listRemote(setup: GitSetup, { url }: GitAddress, patterns: readonly string[]): Promise<RemoteRef[]> {
  return parseRemoteRefs(await runGit(setup, ['ls-remote', '--', url, ...patterns]));
}

function explainMissing(ref: string | undefined, refs: readonly RemoteRef[]): never {
  if (ref === undefined) {
    throw new DroverError(
      'RefNotFound',
      `the default branch of the repository does not exist; ${listNames(refs, 'main')}`,
    );
  }
  throw new DroverError('RefNotFound', `there is no branch or tag "${ref}"; ${listNames(refs, ref)}`);
}

function listNames(refs: readonly RemoteRef[], ref: string): string {
  const names = similarRefs(refs, ref);
  return names.length === 0
    ? 'there are no branches and tags'
    : `there is ${names.map((name) => `"${name}"`).join(', ')}`;
}
