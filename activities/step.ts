import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { formatDuration } from '../domain/durations.js';
import { DroverError, FAILURES } from '../domain/errors.js';
import { dependencyRetryDelayMs, HEARTBEAT_EVERY_MS, SOURCE_TRIES } from '../domain/policy.js';
import { withDeadline } from '../k8s/deadline.js';
import { classifyError } from './classify.js';

/** What a step of an operation is given besides its input. */
export interface StepContext {
  /** Unique for this try of this step: the name of the attempt that holds the volume. */
  readonly token: string;
  /** By which Temporal knows this try. */
  readonly taskToken: Uint8Array;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: StepProgress) => void;
}

export interface StepProgress {
  readonly step: string;
  readonly percent?: number;
}

/** Tells the workflow how far a long step is; given by the worker. */
export type ReportProgress = (
  execution: { workflowId: string; runId: string },
  progress: StepProgress,
) => Promise<void>;

/** A step that is shorter than this says nothing; after that the pause between two reports doubles up to a minute. */
const FIRST_REPORT_MS = 4_000;
const MAX_REPORT_PAUSE_MS = 60_000;

/**
 * The edge between an activity and Temporal: heartbeats while `work` runs, hands its cancellation on, and maps every
 * error to a failure whose type is a reason of the vocabulary.
 * @param timeoutMs after which `work` is stopped and fails as `TimedOut`; without it only Temporal's time-outs apply
 */
export async function runStep<T>(
  work: (step: StepContext) => Promise<T>,
  report?: ReportProgress,
  timeoutMs?: number,
): Promise<T> {
  const context = Context.current();
  const { info, cancellationSignal, log } = context;
  const startMs = Date.now();
  const execution = info.workflowExecution ?? { workflowId: '', runId: '' };
  let latest: StepProgress | undefined;
  let pauseMs = FIRST_REPORT_MS;
  let nextReportMs = Date.now() + pauseMs;

  const beat = (): void => {
    context.heartbeat(latest);
    if (report === undefined || latest === undefined || Date.now() < nextReportMs) return;
    pauseMs = Math.min(pauseMs * 2, MAX_REPORT_PAUSE_MS);
    nextReportMs = Date.now() + pauseMs;
    // Progress is for people: a report that does not arrive is worth a line, not the step.
    report(execution, latest).catch((error: unknown) =>
      log.warn('progress was not reported', { error: String(error) }),
    );
  };
  const timer = setInterval(beat, HEARTBEAT_EVERY_MS);
  try {
    const token = `${execution.runId.slice(0, 8)}-${info.activityId}-${info.attempt}`;
    const onProgress = (progress: StepProgress): void => {
      latest = progress;
    };
    const bounded = (signal: AbortSignal): Promise<T> => work({ token, taskToken: info.taskToken, signal, onProgress });
    const result = await (timeoutMs === undefined
      ? bounded(cancellationSignal)
      : withDeadline(timeoutMs, () => timedOut(timeoutMs), bounded, cancellationSignal));
    // The SDK adds the ids of workflow, run and activity: the thread from the resource to this line.
    log.info('step ended', { tookMs: Date.now() - startMs });
    return result;
  } catch (error) {
    if (cancellationSignal.aborted && !(error instanceof DroverError)) throw cancelled(error);
    throw toFailure(classifyError(error), info.attempt);
  } finally {
    clearInterval(timer);
  }
}

function timedOut(timeoutMs: number): DroverError {
  return new DroverError(
    'TimedOut',
    `the step took longer than ${formatDuration(timeoutMs)}, which spec.syncTimeout allows`,
  );
}

function cancelled(error: unknown): CancelledFailure {
  return error instanceof CancelledFailure ? error : new CancelledFailure('the step was cancelled', [], error as Error);
}

/** Without the cause: its text was written by others, and what goes into a history stays there. */
function toFailure({ reason, message }: DroverError, attempt: number): ApplicationFailure {
  const isUseless = reason === 'SourceUnreachable' && attempt >= SOURCE_TRIES;
  return ApplicationFailure.create({
    message,
    type: reason,
    // What each policy does not retry stands in the policy's table; this is the one rule that counts tries.
    nonRetryable: isUseless,
    ...(reason === 'DependencyUnavailable' && { nextRetryDelay: dependencyRetryDelayMs(attempt) }),
    details: [FAILURES[reason].remedy],
  });
}
