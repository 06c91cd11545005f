import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { isFailureReason } from '../../domain/errors.js';
import type { Preview, PreviewJob } from '../../domain/preview.js';
import { CONTROL_QUEUE } from '../../domain/queues.js';
import { explainFailure } from '../../domain/syncStatus.js';
import { previewWorkflowId, volumeKey } from '../../domain/volume.js';
import { volumeRefOf, type VolumeObject } from '../../k8s/volume.js';
import type { previewSync } from '../../workflows/index.js';
import { CliError, EXIT } from './exitCodes.js';
import { nameOf, type Session } from './session.js';

/** Asks the mover of the volume's export what a sync would do now. Nothing changes. */
export async function askPreview(
  session: Session,
  volume: VolumeObject,
  wanted: Pick<PreviewJob, 'limit' | 'after'>,
): Promise<Preview> {
  const exportName = volume.status?.target?.export;
  if (exportName === undefined) {
    throw new CliError(`${nameOf(volume)} lies on no export yet: see \`drover describe\``, EXIT.unsuccessful);
  }
  const ref = volumeRefOf(volume);
  const client = await session.temporal();
  const run = await client.workflow.start<typeof previewSync>('previewSync', {
    workflowId: previewWorkflowId(ref, randomUUID().slice(0, 8)),
    taskQueue: CONTROL_QUEUE,
    args: [{ volume: ref, exportName, ...wanted }],
    staticSummary: `preview ${volumeKey(ref)}`,
  });
  const cancel = (): void => {
    // Whether or not the server hears it: the preview changes nothing, and the user is told of the interrupt itself.
    run.cancel().catch(() => undefined);
  };
  session.signal.addEventListener('abort', cancel, { once: true });
  try {
    return await run.result();
  } catch (error) {
    session.signal.throwIfAborted();
    throw explain(error, nameOf(volume));
  } finally {
    session.signal.removeEventListener('abort', cancel);
  }
}

function explain(error: unknown, name: string): unknown {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || !isFailureReason(cause.type)) return error;
  return new CliError(`${name}: ${cause.type}: ${explainFailure(cause.type, cause.message)}`, EXIT.unsuccessful);
}
