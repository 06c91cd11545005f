import { FAILURES, type FailureReason } from './errors.js';
import type { Plan } from './sync.js';
import { syncWorkflowId, volumeKey, type VolumeRef } from './volume.js';

/**
 * Where a run is. The search attribute `DroverPhase` has `Syncing`, `Stalled`, `AwaitingApproval` and the results of a
 * run.
 */
export type SyncPhase =
  | 'Resolving'
  | 'Comparing'
  | 'Fetching'
  | 'Verifying'
  | 'Publishing'
  | 'Pruning'
  | 'Stalled'
  | 'AwaitingApproval'
  | 'Published'
  | 'Unchanged'
  | 'Refused'
  | 'Skipped'
  | 'Held'
  | 'Aborted';

const ENDED = new Set<SyncPhase>(['Published', 'Unchanged', 'Refused', 'Skipped', 'Held', 'Aborted']);

/** The answer to the query `progress`. */
export interface Progress {
  readonly phase: SyncPhase;
  readonly isPaused: boolean;
  /** What caused the run. */
  readonly trigger?: string | undefined;
  readonly revision?: string | undefined;
  /** What the source does at this moment, for instance `receiving`. */
  readonly step?: string | undefined;
  /** 0 to 100 of the step, where it is known. */
  readonly percent?: number | undefined;
  readonly lastError?: { readonly reason: FailureReason; readonly message: string } | undefined;
  /** What the run would do; present while it waits for an approval. */
  readonly plan?: Plan | undefined;
  /** The plan of the last approval, when that is not what the run would do. */
  readonly uselessApproval?: string | undefined;
}

/** The page that the Temporal Web UI shows for a run, in Markdown: where it is, what is wrong, and what to type. */
export function describeProgress(volume: VolumeRef, progress: Progress): string {
  const { phase, isPaused, trigger, revision, step, percent, lastError, plan, uselessApproval } = progress;
  const lines = [`**${isPaused ? `Paused before the next step (${phase})` : phase}** · ${volumeKey(volume)}`];
  if (trigger !== undefined) lines.push(`Cause: ${trigger}`);
  if (revision !== undefined) lines.push(`Revision \`${revision}\``);
  if (step !== undefined) lines.push(percent === undefined ? `Step: ${step}` : `Step: ${step}, ${percent} %`);
  if (lastError !== undefined) {
    const { actor, remedy } = FAILURES[lastError.reason];
    lines.push(`Last error: **${lastError.reason}**: ${lastError.message}`, `To do (${actor}): ${remedy}`);
  }
  if (plan !== undefined) lines.push(describePlan(plan));
  if (uselessApproval !== undefined) {
    lines.push(`An approval of \`${uselessApproval}\` was left aside: this run would not do that.`);
  }
  const offered = actions(volume, progress);
  if (offered.length > 0) lines.push(`To act:\n\n${offered.join('\n')}`);
  return lines.join('\n\n');
}

function describePlan({ digest, delta }: Plan): string {
  const { files, added, changed, deleted, bytesToWrite } = delta;
  return (
    `Plan \`${digest}\`: ${added} files added, ${changed} changed, ${deleted} deleted; ${files} in the end; ` +
    `${bytesToWrite} bytes to write`
  );
}

function actions(volume: VolumeRef, { phase, isPaused, plan }: Progress): string[] {
  if (ENDED.has(phase)) return [];
  const isWaiting = phase === 'Stalled' || phase === 'AwaitingApproval';
  const verbs = [...(isWaiting ? ['retry'] : []), isPaused ? 'resume' : 'pause', 'abort'];
  const approval = plan === undefined ? [] : [action(volume, 'approve', ` --input '"${plan.digest}"'`)];
  return [...approval, ...verbs.map((verb) => action(volume, verb))];
}

function action(volume: VolumeRef, verb: string, input = ''): string {
  return (
    `    npx drover ${verb} ${volumeKey(volume)}\n` +
    `    temporal workflow signal --workflow-id ${syncWorkflowId(volume)} --name ${verb}${input}`
  );
}
