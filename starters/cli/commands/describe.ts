import { WorkflowNotFoundError } from '@temporalio/client';
import type { Progress } from '../../../domain/progress.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import type { VolumeCommand } from '../command.js';
import { age, table } from '../print.js';
import { findVolume, nameOf, workflowIdOf, type Session } from '../session.js';

/** Everything about one volume, and about the run that is under way. */
export const describe: VolumeCommand = async (session, name, _options, { now }) => {
  const volume = await findVolume(session, name);
  const run = await viewRun(session, volume);
  return { json: { volume, progress: run.progress ?? null }, text: render(volume, run, now()) };
};

/** A run answers a query only while a worker runs; what the resource says is of use without it. */
const ANSWER_WITHIN_MS = 5_000;

/** What is known about the run that is under way. */
export interface RunView {
  /** The run's own answer; absent when none is under way or when it does not answer. */
  readonly progress?: Progress;
  /** For people. */
  readonly text: string;
}

/** Asks the run that is under way, if there is one. An answer that cannot be had is part of the view, no error. */
export async function viewRun(session: Session, volume: VolumeObject): Promise<RunView> {
  try {
    const client = await session.temporal();
    const run = client.workflow.getHandle(workflowIdOf(volume));
    return await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, async () => {
      if ((await run.describe()).status.name !== 'RUNNING') return NO_RUN;
      const progress = await run.query<Progress>('progress');
      return { progress, text: describeRun(progress) };
    });
  } catch (error) {
    session.signal.throwIfAborted();
    if (error instanceof WorkflowNotFoundError) return NO_RUN;
    return { text: `no answer: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const NO_RUN: RunView = { text: 'none under way' };

function render(volume: VolumeObject, run: RunView, now: Date): string {
  const { spec, status = {} } = volume;
  const { published, target, lastSync, conditions = [] } = status;
  const git = spec.source?.git;
  const facts: [string, string | undefined][] = [
    ['Volume', `${nameOf(volume)} (${volume.kind})`],
    ['Phase', status.phase],
    ['Source', git === undefined ? undefined : `git ${git.url} ${git.ref ?? git.branch ?? '(default branch)'}`],
    ['Pinned to', spec.pin],
    ['Published', published === undefined ? 'nothing yet' : `${published.revision}, ${age(published.time, now)} ago`],
    ['Content', published === undefined ? undefined : `${published.files ?? 0} files, ${published.bytes ?? 0} bytes`],
    ['Digest', published?.digest],
    ['Directory', target === undefined ? undefined : `${target.path} on export ${target.export}`],
    ['Last check', status.lastCheckTime === undefined ? undefined : `${age(status.lastCheckTime, now)} ago`],
    [
      'Last sync',
      lastSync === undefined
        ? undefined
        : `${lastSync.result}${lastSync.reason === undefined ? '' : ` (${lastSync.reason})`}, took ${lastSync.duration ?? '?'}, cause: ${lastSync.trigger ?? '?'}`,
    ],
    ['Workflow', workflowIdOf(volume)],
    ['Run', run.text],
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  const width = Math.max(...known.map(([label]) => label.length));
  const lines = known.map(([label, value]) => `${`${label}:`.padEnd(width + 2)}${value}`);
  const rows = conditions.map(({ type, status: value, reason, message }) => [type, value, reason, message]);
  return [...lines, '', table(['CONDITION', 'STATUS', 'REASON', 'MESSAGE'], rows)].join('\n');
}

function describeRun({ phase, isPaused, step, percent, lastError }: Progress): string {
  const where = [phase, step, percent === undefined ? undefined : `${percent} %`].filter((text) => text !== undefined);
  const error = lastError === undefined ? '' : `; last error ${lastError.reason}: ${lastError.message}`;
  return `${isPaused ? 'paused, ' : ''}${where.join(' ')}${error}`;
}
