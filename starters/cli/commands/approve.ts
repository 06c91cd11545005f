import { APPROVED_PLAN_ANNOTATION } from '../../../domain/names.js';
import type { VolumeCommand } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { shortRevision } from '../print.js';
import { findVolume, nameOf, patchVolume } from '../session.js';

/** Lets the run that is held go on, if its plan is still the one that is approved. */
export const approve: VolumeCommand<{ readonly plan?: string }> = async (session, name, { plan }) => {
  const volume = await findVolume(session, name);
  const pending = volume.status?.pendingPlan;
  if (pending === undefined) {
    throw new CliError(`no run of ${nameOf(volume)} waits for an approval`, EXIT.notFound);
  }
  if (plan !== undefined && plan !== pending.digest) {
    throw new CliError(
      `the plan that waits is ${pending.digest}, not ${plan}; nothing was approved`,
      EXIT.unsuccessful,
    );
  }
  // The revision and what is published now are part of the digest, so a push that comes in between makes this void.
  const patch = { metadata: { annotations: { [APPROVED_PLAN_ANNOTATION]: pending.digest } } };
  await patchVolume(session, volume, patch);
  const { revision, added = 0, changed = 0, deleted = 0 } = pending;
  const text =
    `${nameOf(volume)}: approved ${pending.digest}\n` +
    `(revision ${shortRevision(revision)}: ${added} added, ${changed} changed, ${deleted} deleted)`;
  return { json: { approved: pending }, text };
};
