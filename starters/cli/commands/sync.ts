import { randomUUID } from 'node:crypto';
import { findCondition } from '../../../domain/conditions.js';
import { SYNC_REQUESTED_ANNOTATION } from '../../../domain/names.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import type { Io, Outcome, VolumeCommand } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { shortRevision } from '../print.js';
import { findVolume, nameOf, patchVolume, type Session } from '../session.js';
import { viewRun } from './describe.js';

const LOOK_EVERY_MS = 500;

/** Asks for a sync now; with `wait`, returns when a run has answered the request. */
export const sync: VolumeCommand<{ readonly wait?: boolean }> = async (session, name, { wait = false }, io) => {
  const volume = await findVolume(session, name);
  requireSyncable(volume);
  const token = `${io.now().toISOString()}-${randomUUID().slice(0, 8)}`;
  await patchVolume(session, volume, { metadata: { annotations: { [SYNC_REQUESTED_ANNOTATION]: token } } });
  if (!wait) return { json: { request: token }, text: `sync of ${nameOf(volume)} requested` };
  return waitUntilHandled(session, volume, token, io);
};

async function waitUntilHandled(session: Session, asked: VolumeObject, token: string, io: Io): Promise<Outcome> {
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
function requireSyncable(volume: VolumeObject): void {
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
function outcomeOf(volume: VolumeObject, request: string): Outcome {
  const { lastSync, published, message } = volume.status ?? {};
  const json = { request, lastSync, published };
  if (lastSync !== undefined && lastSync.result !== 'Stalled' && lastSync.result !== 'Aborted') {
    const changed = lastSync.filesChanged ?? 0;
    const text = `${nameOf(volume)}: ${lastSync.result}, revision ${shortRevision(published?.revision)}, ${changed} files changed`;
    return { json, text };
  }
  const why = lastSync?.message ?? message ?? '';
  const text = `${nameOf(volume)}: ${lastSync?.result ?? 'failed'} (${lastSync?.reason ?? 'unknown'}): ${why}`;
  return { json, text, exitCode: EXIT.unsuccessful };
}
