import { DroverError } from '../../domain/errors.js';
import type { Credentials } from '../source.js';
import { withAccess } from './access.js';
import type { GitAddress } from './address.js';
import type { GitSetup } from './environment.js';
import { isCommitId } from './refName.js';
import { parseRemoteRefs, pickRevision, refCandidates, similarRefs, type RemoteRef } from './refs.js';
import type { Remote } from './revision.js';
import { runGit } from './run.js';

/**
 * The commit that the configured ref names at the remote now; one `git ls-remote`, and a second one only to explain a failure. A full
 * commit id is its own answer, without contact.
 * @throws `RefNotFound`, `EmptySource`, or `GitFailure`
 */
export async function resolveRevision(
  { setup, address, settings: { ref } }: Remote,
  credentials: Credentials,
): Promise<string> {
  if (ref !== undefined && isCommitId(ref)) return ref.toLowerCase();
  return withAccess(setup, address, credentials, async (setup) => {
    const found = pickRevision(await listRemote(setup, address, refCandidates(ref)), ref);
    return found ?? explainMissing(ref, await listRemote(setup, address, []));
  });
}

async function listRemote(setup: GitSetup, { url }: GitAddress, patterns: readonly string[]): Promise<RemoteRef[]> {
  return parseRemoteRefs(await runGit(setup, ['ls-remote', '--', url, ...patterns]));
}

function explainMissing(ref: string | undefined, refs: readonly RemoteRef[]): never {
  if (refs.length === 0) throw new DroverError('EmptySource', 'the repository has no commits');
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
