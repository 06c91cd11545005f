import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control.js';
import type { MoverActivities } from '../activities/mover.js';
import { FORCE_RELEASE_ANNOTATION } from '../domain/names.js';
import { CONTROL_POLICY, RETIRE_PAUSE_MS, RETIRE_POLICY, STOP_POLICY } from '../domain/policy.js';
import { CONTROL_QUEUE, moverQueue } from '../domain/queues.js';
import type { RetireJob } from '../domain/retire.js';
import { volumeKey } from '../domain/volume.js';
import { failureOf } from './failures.js';

export const forceReleaseSignal = defineSignal('forceRelease');

const control = proxyActivities<ControlActivities>({ taskQueue: CONTROL_QUEUE, ...CONTROL_POLICY });
const { stopSync } = proxyActivities<ControlActivities>({ taskQueue: CONTROL_QUEUE, ...STOP_POLICY });

/**
 * Ends a deleted volume: stops its run, removes its directory (or leaves it, as `deletionPolicy` says), and lets the
 * resource go. While the export cannot be reached it says so and tries again; `forceRelease` lets the resource go all
 * the same.
 */
export async function retireVolume(job: RetireJob): Promise<void> {
  const { volume, exportName, deletionPolicy } = job;
  const mover = proxyActivities<MoverActivities>({ taskQueue: moverQueue(exportName), ...RETIRE_POLICY });
  let isDone = false;
  setHandler(
    forceReleaseSignal,
    () => {
      isDone = true;
    },
    { description: 'Let the resource go although the directory on the export was not removed.' },
  );

  setCurrentDetails(`Stopping the sync of ${volumeKey(volume)}`);
  await stopSync(volume);

  while (!isDone) {
    setCurrentDetails(deletionPolicy === 'Delete' ? 'Removing the directory' : 'Leaving the directory: Retain');
    const tried = removeDirectory();
    await Promise.race([tried, condition(() => isDone)]);
    if (isDone) break;
    await condition(() => isDone, RETIRE_PAUSE_MS);
    if (!isDone && workflowInfo().continueAsNewSuggested) await continueAsNew<typeof retireVolume>(job);
  }
  await control.releaseFinalizer(volume);

  /** One round of tries; what went wrong goes into the status, and never ends the deletion. */
  async function removeDirectory(): Promise<void> {
    try {
      await mover.retire({ volume, deletionPolicy });
      isDone = true;
    } catch (error) {
      const { message } = failureOf(error);
      const namespace = volume.namespace === '' ? '' : ` -n ${volume.namespace}`;
      setCurrentDetails(
        `The export \`${exportName}\` cannot be reached: ${message}. It is tried again every minute. To let the ` +
          `resource go and clean up by hand:\n\n    kubectl annotate ${volume.kind.toLowerCase()}${namespace} ` +
          `${volume.name} ${FORCE_RELEASE_ANNOTATION}=true`,
      );
      await control.reportExportUnreachable({ volume, exportName, message });
    }
  }
}
