import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { PollActivities } from '../activities/poll.js';
import { POLL_POLICY } from '../domain/policy.js';
import { pollQueue } from '../domain/queues.js';

/** Watches the sources of one export for as long as the export exists. What changed becomes a `syncVolume`. */
export async function superviseExport(exportName: string): Promise<void> {
  const { pollSources } = proxyActivities<PollActivities>({ taskQueue: pollQueue(exportName), ...POLL_POLICY });

  await pollSources();
  await continueAsNew<typeof superviseExport>(exportName);
}
