import { WorkflowNotFoundError } from '@temporalio/client';
import type { VolumeCommand } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { describeHistory, type HistoryLine } from '../historyLines.js';
import { findVolume, nameOf, workflowIdOf } from '../session.js';

const LOOK_EVERY_MS = 1000;

interface LogOptions {
  readonly run?: string;
  readonly follow?: boolean;
}

/** What a run did, step by step, from its history in Temporal; by default the last one. */
export const logs: VolumeCommand<LogOptions> = async (session, name, { run, follow = false }, io) => {
  const volume = await findVolume(session, name);
  const client = await session.temporal();
  const handle = client.workflow.getHandle(workflowIdOf(volume), run);
  const shown: HistoryLine[] = [];
  try {
    for (;;) {
      const { runId, status } = await handle.describe();
      const pinned = client.workflow.getHandle(workflowIdOf(volume), run ?? runId);
      const lines = describeHistory(await pinned.fetchHistory()).slice(shown.length);
      shown.push(...lines);
      if (!follow) return { json: shown, text: shown.map(render).join('\n') };
      for (const line of lines) io.print(line, render(line));
      if (status.name !== 'RUNNING') return { json: undefined, text: '' };
      await io.sleep(LOOK_EVERY_MS, session.signal);
      session.signal.throwIfAborted();
    }
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CliError(
      `Temporal knows no ${run === undefined ? 'run' : `run ${run}`} of ${nameOf(volume)}`,
      EXIT.notFound,
    );
  }
};

function render({ time, text }: HistoryLine): string {
  return `${time}  ${text}`;
}
