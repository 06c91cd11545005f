import type { VolumeCommand } from '../command.js';
import { age, table } from '../print.js';
import { findVolume } from '../session.js';

/** The snapshots that a rollback can go to without fetching anything. */
export const snapshots: VolumeCommand = async (session, name, _options, { now }) => {
  const { status, spec } = await findVolume(session, name);
  const kept = status?.snapshots ?? [];
  const rows = kept.map((snapshot) => [
    snapshot.name,
    snapshot.revision,
    age(snapshot.time, now()),
    String(snapshot.files ?? '-'),
    String(snapshot.bytes ?? '-'),
    [
      ...(snapshot.name === status?.published?.snapshot ? ['published'] : []),
      ...(snapshot.revision === spec.pin ? ['pinned'] : []),
    ].join(', '),
  ]);
  const header = ['SNAPSHOT', 'REVISION', 'PUBLISHED', 'FILES', 'BYTES', ''];
  return { json: kept, text: kept.length === 0 ? 'No snapshots yet.' : table(header, rows) };
};
