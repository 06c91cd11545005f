import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTrue } from '../../../domain/conditions.js';
import { SYNC_REQUESTED_ANNOTATION } from '../../../domain/names.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import type { Io, Outcome, VolumeCommand } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { shortRevision } from '../print.js';
import { findVolume, nameOf, patchVolume, type Session } from '../session.js';
import { describeRun, readProgress } from './describe.js';

const LOOK_EVERY_MS = 500;

/** Asks for a sync now; with `wait`, returns when a run has answered the request. */
export const sync: VolumeCommand<{ readonly wait?: boolean }> = async (session, name, { wait = false }, io) => {
  const volume = await findVolume(session, name);
  if (volume.spec.paused === true) {
    throw new CliError(`${nameOf(volume)} is paused: run \`drover resume ${nameOf(volume)}\` first`, EXIT.unsuccessful);
  }
  const token = `${io.now().toISOString()}-${randomUUID().slice(0, 8)}`;
  await patchVolume(session, volume, { metadata: { annotations: { [SYNC_REQUESTED_ANNOTATION]: token } } });
  if (!wait) return { json: { request: token }, text: `sync of ${nameOf(volume)} requested` };
  return waitUntilHandled(session, name, token, io);
};

async function waitUntilHandled(session: Session, name: string, token: string, io: Io): Promise<Outcome> {
  for (;;) {
    const volume = await findVolume(session, name);
    if (volume.status?.lastHandledSyncRequest === token) return outcomeOf(volume, token);
    const progress = await readProgress(session, volume);
    io.progress(progress === undefined ? 'waiting for the run to start' : describeRun(progress));
    await sleep(LOOK_EVERY_MS, undefined, { signal: session.signal });
  }
}

function outcomeOf(volume: VolumeObject, request: string): Outcome {
  const { lastSync, published, conditions, message } = volume.status ?? {};
  const json = { request, lastSync, published };
  if (isTrue(conditions, 'Synced')) {
    const changed = lastSync?.filesChanged ?? 0;
    const text = `${nameOf(volume)}: ${lastSync?.result ?? 'Synced'}, revision ${shortRevision(published?.revision)}, ${changed} files changed`;
    return { json, text };
  }
  const why = lastSync?.message ?? message ?? '';
  const text = `${nameOf(volume)}: ${lastSync?.result ?? 'failed'} (${lastSync?.reason ?? 'unknown'}): ${why}`;
  return { json, text, exitCode: EXIT.unsuccessful };
}
