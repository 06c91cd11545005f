import { condition, defineSignal, proxyActivities, setCurrentDetails, setHandler, sleep } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control.js';
import type { MoverActivities } from '../activities/mover.js';
import { CONTROL_POLICY, EXPORT_PATIENCE_MS, RETIRE_POLICY, STOP_POLICY } from '../domain/policy.js';
import { CONTROL_QUEUE, moverQueue } from '../domain/queues.js';
import type { RetireJob } from '../domain/retire.js';
import { volumeKey } from '../domain/volume.js';

export const forceReleaseSignal = defineSignal('forceRelease');

const control = proxyActivities<ControlActivities>({ taskQueue: CONTROL_QUEUE, ...CONTROL_POLICY });
const { stopSync } = proxyActivities<ControlActivities>({ taskQueue: CONTROL_QUEUE, ...STOP_POLICY });

/**
 * Ends a deleted volume: stops its run, removes its directory (or leaves it, as `deletionPolicy` says), and lets the
 * resource go. While the export cannot be reached it says so and waits; `forceRelease` lets the resource go all the same.
 */
export async function retireVolume({ volume, exportName, deletionPolicy }: RetireJob): Promise<void> {
  let isReleased = false;
  setHandler(
    forceReleaseSignal,
    () => {
      isReleased = true;
    },
    { description: 'Let the resource go although the directory on the export was not removed.' },
  );
  const mover = proxyActivities<MoverActivities>({ taskQueue: moverQueue(exportName), ...RETIRE_POLICY });

  setCurrentDetails(`Stopping the sync of ${volumeKey(volume)}`);
  await stopSync(volume);

  setCurrentDetails(deletionPolicy === 'Delete' ? 'Removing the directory' : 'Leaving the directory: Retain');
  const retired = mover.retire({ volume, deletionPolicy });
  const isDone = await Promise.race([
    retired.then(() => true),
    sleep(EXPORT_PATIENCE_MS).then(() => false),
    condition(() => isReleased).then(() => true),
  ]);
  if (!isDone) {
    setCurrentDetails(
      `The export \`${exportName}\` does not answer. Start its mover, or let the resource go and clean up by hand:\n\n` +
        `    kubectl annotate ${volume.kind.toLowerCase()} ${volume.name} drover.io/force-release=true`,
    );
    await control.reportExportUnreachable({ volume, exportName });
    await Promise.race([retired, condition(() => isReleased)]);
  }

  await control.releaseFinalizer(volume);
}
