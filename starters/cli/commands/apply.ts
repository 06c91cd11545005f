import { randomUUID } from 'node:crypto';
import { planRequest } from '../../../domain/requests.js';
import type { VolumeCommand } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { askPreview } from '../preview.js';
import { findVolume, nameOf } from '../session.js';
import { requestSync, requireSyncable, waitUntilHandled } from '../syncRequest.js';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Publishes exactly the plan that `diff` has shown, whatever the gates of the volume say, or refuses. The run compares
 * the plan again: between here and there the source may move on.
 */
export const apply: VolumeCommand<{ readonly plan: string }> = async (session, name, { plan }, io) => {
  if (!DIGEST.test(plan)) throw new CliError(`--plan "${plan}" is not sha256: and 64 hex digits`, EXIT.usage);
  const volume = await findVolume(session, name);
  requireSyncable(volume);
  const preview = await askPreview(session, volume, { limit: 1 });
  if (preview.plan !== plan) {
    const now =
      preview.plan === undefined ? `revision ${preview.revision} is published already` : `it is ${preview.plan}`;
    throw new CliError(
      `this is not the plan of ${nameOf(volume)} any more: ${now}; nothing was changed`,
      EXIT.unsuccessful,
    );
  }
  const token = planRequest(plan, randomUUID().slice(0, 8));
  await requestSync(session, volume, token);
  const outcome = await waitUntilHandled(session, volume, token, io);
  const isPublished = outcome.lastSync?.result === 'Published' && outcome.lastSync.revision === preview.revision;
  return isPublished ? outcome : { ...outcome, exitCode: EXIT.unsuccessful };
};
