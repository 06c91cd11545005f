import type { WorkflowExecutionInfo } from '@temporalio/client';
import { formatDuration } from '../../../domain/durations.js';
import type { VolumeCommand } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { age, shortRevision, table } from '../print.js';
import { findVolume, workflowIdOf } from '../session.js';

interface HistoryEntry {
  readonly startTime: string;
  readonly result: string;
  readonly revision?: string | undefined;
  readonly trigger?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly filesChanged?: number | undefined;
  readonly bytesFetched?: number | undefined;
  readonly workflowId: string;
  readonly runId: string;
}

/** Every run of the volume that Temporal still knows, the newest first. */
export const history: VolumeCommand<{ readonly limit: string }> = async (session, name, { limit }, { now }) => {
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1)
    throw new CliError(`--limit "${limit}" is not a whole number above 0`, EXIT.usage);
  const volume = await findVolume(session, name);
  const client = await session.temporal();
  const entries: HistoryEntry[] = [];
  for await (const run of client.workflow.list({
    query: `WorkflowId = '${workflowIdOf(volume)}'`,
    pageSize: Math.min(most, 1000),
  })) {
    entries.push(entryOf(run));
    if (entries.length === most) break;
  }
  const rows = entries.map((entry) => [
    age(entry.startTime, now()),
    entry.result,
    shortRevision(entry.revision),
    entry.trigger ?? '-',
    entry.durationMs === undefined ? '-' : formatDuration(entry.durationMs),
    String(entry.filesChanged ?? '-'),
    entry.runId,
  ]);
  const header = ['STARTED', 'RESULT', 'REVISION', 'CAUSE', 'TOOK', 'FILES', 'RUN'];
  return { json: entries, text: entries.length === 0 ? 'No runs found.' : table(header, rows) };
};

function entryOf({
  workflowId,
  runId,
  startTime,
  closeTime,
  status,
  memo,
  searchAttributes,
}: WorkflowExecutionInfo): HistoryEntry {
  const [phase] = (searchAttributes['DroverPhase'] ?? []) as string[];
  const [revision] = (searchAttributes['DroverRevision'] ?? []) as string[];
  const wasCutOff = !['RUNNING', 'COMPLETED', 'CONTINUED_AS_NEW'].includes(status.name);
  return {
    startTime: startTime.toISOString(),
    // A run that was terminated or failed could not say how it ended.
    result: wasCutOff ? status.name.toLowerCase() : (phase ?? status.name.toLowerCase()),
    revision,
    trigger: memo?.['trigger'] as string | undefined,
    durationMs: closeTime === undefined ? undefined : closeTime.getTime() - startTime.getTime(),
    filesChanged: memo?.['filesChanged'] as number | undefined,
    bytesFetched: memo?.['bytesFetched'] as number | undefined,
    workflowId,
    runId,
  };
}
