import { WorkflowNotFoundError } from '@temporalio/client';
import type { VolumeObject } from '../../../k8s/volume.js';
import type { VolumeCommand } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { findVolume, nameOf, patchVolume, workflowIdOf, type Session } from '../session.js';
import { sync } from './sync.js';

/** Stops the run that is under way. What is published stays; the revision is not tried again by itself. */
export const abort: VolumeCommand = async (session, name) => {
  const volume = await findVolume(session, name);
  if (!(await signalRun(session, volume, 'abort')))
    throw new CliError(`no run of ${nameOf(volume)} is under way`, EXIT.notFound);
  return { json: { signal: 'abort' }, text: `the run of ${nameOf(volume)} is told to abort` };
};

/** Tries a stalled run again; without a run, requests one. */
export const retry: VolumeCommand = async (session, name, options, io) => {
  const volume = await findVolume(session, name);
  if (!(await signalRun(session, volume, 'retry'))) return sync(session, name, options, io);
  return { json: { signal: 'retry' }, text: `the run of ${nameOf(volume)} tries again` };
};

/** Ends a pause: that of the volume, and that of a run which somebody paused by a signal of its own. */
export const resume: VolumeCommand = async (session, name) => {
  const volume = await findVolume(session, name);
  const patch = { spec: { paused: null } };
  // The watcher passes a change of the spec on to the run.
  if (volume.spec.paused === true) await patchVolume(session, volume, patch);
  else await signalRun(session, volume, 'resume');
  return { json: patch, text: `${nameOf(volume)} is resumed` };
};

/** Whether there was a run to tell. */
async function signalRun(
  session: Session,
  volume: VolumeObject,
  signal: 'abort' | 'retry' | 'resume',
): Promise<boolean> {
  const client = await session.temporal();
  try {
    await client.workflow.getHandle(workflowIdOf(volume)).signal(signal);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
