import type { SharedVolumeStatus } from '../../../domain/generated/sharedVolume.js';
import { FULL_COMMIT } from '../../../domain/settings.js';
import type { VolumeCommand } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { shortRevision } from '../print.js';
import { findVolume, nameOf, patchVolume } from '../session.js';

/** Publishes an earlier revision and stays there: sets `spec.pin`, so that the next look at the source does not undo it. */
export const rollback: VolumeCommand<{ readonly to?: string }> = async (session, name, { to }) => {
  const volume = await findVolume(session, name);
  const revision = chooseRevision(volume.status ?? {}, to);
  await patchVolume(session, volume, { spec: { pin: revision } });
  const text = `${nameOf(volume)} goes back to ${shortRevision(revision)} and stays there until \`drover unpin ${nameOf(volume)}\``;
  return { json: { pin: revision }, text };
};

/**
 * The revision to go back to: that of a kept snapshot (by name, or by revision or the beginning of one), any full commit
 * id, or without a wish the one that was published before the current one.
 */
export function chooseRevision({ snapshots = [], published }: SharedVolumeStatus, to: string | undefined): string {
  if (to === undefined) {
    const before = snapshots.find(({ revision }) => revision !== published?.revision);
    if (before === undefined) throw new CliError('there is no earlier snapshot to go back to', EXIT.notFound);
    return before.revision;
  }
  const matches = snapshots.filter(({ name, revision }) => name === to || (to.length >= 4 && revision.startsWith(to)));
  const revisions = [...new Set(matches.map(({ revision }) => revision))];
  if (revisions.length > 1)
    throw new CliError(`"${to}" fits more than one snapshot: ${revisions.join(', ')}`, EXIT.usage);
  const [only] = revisions;
  if (only !== undefined) return only;
  if (FULL_COMMIT.test(to)) return to;
  throw new CliError(
    `"${to}" is neither a kept snapshot nor a full commit id; see \`drover snapshots\``,
    EXIT.notFound,
  );
}
