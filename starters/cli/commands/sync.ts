import { randomUUID } from 'node:crypto';
import type { VolumeCommand } from '../command.js';
import { findVolume, nameOf } from '../session.js';
import { requestSync, requireSyncable, waitUntilHandled } from '../syncRequest.js';

/** Asks for a sync now; with `wait`, returns when a run has answered the request. */
export const sync: VolumeCommand<{ readonly wait?: boolean }> = async (session, name, { wait = false }, io) => {
  const volume = await findVolume(session, name);
  requireSyncable(volume);
  const token = `${io.now().toISOString()}-${randomUUID().slice(0, 8)}`;
  await requestSync(session, volume, token);
  if (!wait) return { json: { request: token }, text: `sync of ${nameOf(volume)} requested` };
  return waitUntilHandled(session, volume, token, io);
};
