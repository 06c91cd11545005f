import { ApplicationFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { MoverActivities } from '../activities/mover.js';
import { PREVIEW_POLICY } from '../domain/policy.js';
import type { Preview, PreviewJob } from '../domain/preview.js';
import { moverQueue } from '../domain/queues.js';
import { failureOf } from './failures.js';

/** Answers what a sync of the volume would do now. Changes nothing; fails with the reason when there is no answer. */
export async function previewSync(job: PreviewJob): Promise<Preview> {
  const mover = proxyActivities<MoverActivities>({ taskQueue: moverQueue(job.exportName), ...PREVIEW_POLICY });
  try {
    return await mover.preview(job);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { reason, message } = failureOf(error);
    throw ApplicationFailure.nonRetryable(message, reason);
  }
}
