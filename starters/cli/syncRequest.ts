import { findCondition } from '../../domain/conditions.js';
import type { SyncRecord } from '../../domain/generated/sharedVolume.js';
import { SYNC_REQUESTED_ANNOTATION } from '../../domain/names.js';
import type { VolumeObject } from '../../k8s/volume.js';
import type { Io, Outcome } from './command.js';
import { viewRun } from './commands/describe.js';
import { CliError, EXIT } from './exitCodes.js';
import { shortRevision } from './print.js';
import { findVolume, nameOf, patchVolume, type Session } from './session.js';

const LOOK_EVERY_MS = 500;

/** Results of a run that has published nothing and found nothing published. */
const FRUITLESS = new Set(['Stalled', 'Held', 'Aborted']);

/** Leaves a request at the resource; Drover starts a run for it, or lets one that is under way answer it. */
export async function requestSync(session: Session, volume: VolumeObject, token: string): Promise<void> {
  await patchVolume(session, volume, { metadata: { annotations: { [SYNC_REQUESTED_ANNOTATION]: token } } });
}

/** Returns when a run has answered the request; a run that came to nothing is an outcome, no error. */
export async function waitUntilHandled(
  session: Session,
  asked: VolumeObject,
  token: string,
  io: Io,
): Promise<Outcome & { readonly lastSync: SyncRecord | undefined }> {
  const name = nameOf(asked);
  for (;;) {
    const volume = await findVolume(session, name);
    if (volume.metadata.uid !== asked.metadata.uid) {
      throw new CliError(`${name} was deleted and created anew; nobody asked for a sync of the new one`, EXIT.notFound);
    }
    if (isAnswered(volume, token)) return outcomeOf(volume, token);
    requireSyncable(volume);
    const { progress, text } = await viewRun(session, volume);
    io.progress(progress === undefined ? `waiting for the run (${text})` : text);
    await io.sleep(LOOK_EVERY_MS, session.signal);
    session.signal.throwIfAborted();
  }
}

/** Somebody else's newer request takes the place of this one, so a run that has answered it has answered both. */
function isAnswered({ metadata, status }: VolumeObject, token: string): boolean {
  const handled = status?.lastHandledSyncRequest;
  return handled === token || (handled !== undefined && handled === metadata.annotations?.[SYNC_REQUESTED_ANNOTATION]);
}

/** Throws when no run will answer a request for this volume as it is now. */
export function requireSyncable(volume: VolumeObject): void {
  const { metadata, spec, status } = volume;
  const name = nameOf(volume);
  if (metadata.deletionTimestamp !== undefined) throw new CliError(`${name} is being deleted`, EXIT.unsuccessful);
  if (spec.paused === true) {
    throw new CliError(`${name} is paused: run \`drover resume ${name}\` first`, EXIT.unsuccessful);
  }
  const reconciled = findCondition(status?.conditions, 'Reconciled');
  if (reconciled?.status === 'False' && reconciled.observedGeneration === metadata.generation) {
    throw new CliError(`${name} cannot be synced (${reconciled.reason}): ${reconciled.message}`, EXIT.unsuccessful);
  }
}

/** Judged by the run that ended last: the condition `Synced` may speak of another one that has begun since. */
function outcomeOf(volume: VolumeObject, request: string) {
  const { lastSync, published, message } = volume.status ?? {};
  const json = { request, lastSync, published };
  if (lastSync !== undefined && !FRUITLESS.has(lastSync.result)) {
    const changed = lastSync.filesChanged ?? 0;
    const text = `${nameOf(volume)}: ${lastSync.result}, revision ${shortRevision(published?.revision)}, ${changed} files changed`;
    return { json, text, lastSync };
  }
  const why = lastSync?.message ?? message ?? '';
  const text = `${nameOf(volume)}: ${lastSync?.result ?? 'failed'} (${lastSync?.reason ?? 'unknown'}): ${why}`;
  return { json, text, lastSync, exitCode: EXIT.unsuccessful };
}
