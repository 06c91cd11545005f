import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { formatDuration } from '../../domain/durations.js';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];
type Failure = NonNullable<HistoryEvent['activityTaskFailedEventAttributes']>['failure'];
type Payloads = NonNullable<HistoryEvent['workflowExecutionSignaledEventAttributes']>['input'];

/** Something that happened in a run, as a person wants to read it. */
export interface HistoryLine {
  /** Position in the history. */
  readonly id: number;
  /** ISO 8601. */
  readonly time: string;
  readonly text: string;
}

/** What a run did, step by step: what asked for it, its steps with their tries and errors, signals, and its end. */
export function describeHistory({ events }: History): HistoryLine[] {
  const scheduled = new Map<number, { readonly name: string; readonly timeMs: number }>();
  const lines: HistoryLine[] = [];
  for (const event of events ?? []) {
    const { activityTaskScheduledEventAttributes: activity } = event;
    if (activity != null) {
      scheduled.set(Number(event.eventId), { name: activity.activityType?.name ?? '?', timeMs: timeMsOf(event) });
    }
    const text = describeEvent(event, (id) => {
      const step = scheduled.get(Number(id));
      return { name: step?.name ?? '?', took: formatDuration(timeMsOf(event) - (step?.timeMs ?? timeMsOf(event))) };
    });
    if (text === undefined) continue;
    lines.push({ id: Number(event.eventId), time: new Date(timeMsOf(event)).toISOString(), text });
  }
  return lines;
}

/** The step that an event ends, by the id of the event that scheduled it. */
type FindStep = (scheduledEventId: unknown) => { readonly name: string; readonly took: string };

function describeEvent(event: HistoryEvent, stepOf: FindStep): string | undefined {
  const { workflowExecutionSignaledEventAttributes: signalled, activityTaskStartedEventAttributes: begun } = event;
  if (event.workflowExecutionStartedEventAttributes != null) return 'run started';
  if (signalled != null) return `signal ${signalled.signalName ?? '?'} ${describeInput(signalled.input)}`.trimEnd();
  if (begun != null) return describeStart(begun, stepOf);
  return describeStepEnd(event, stepOf) ?? describeRunEnd(event);
}

/** A first try is not worth a line: its end has one. */
function describeStart(
  { attempt, lastFailure, scheduledEventId }: NonNullable<HistoryEvent['activityTaskStartedEventAttributes']>,
  stepOf: FindStep,
): string | undefined {
  if ((attempt ?? 1) <= 1) return undefined;
  return `${stepOf(scheduledEventId).name}: try ${attempt}, after ${describeFailure(lastFailure)}`;
}

function describeStepEnd(event: HistoryEvent, stepOf: FindStep): string | undefined {
  const {
    activityTaskCompletedEventAttributes: completed,
    activityTaskFailedEventAttributes: failed,
    activityTaskTimedOutEventAttributes: timedOut,
    activityTaskCanceledEventAttributes: cancelled,
  } = event;
  const ended = completed ?? failed ?? timedOut ?? cancelled;
  if (ended == null) return undefined;
  const { name, took } = stepOf(ended.scheduledEventId);
  if (completed != null) return `${name} done after ${took}`;
  if (cancelled != null) return `${name} cancelled after ${took}`;
  return `${name} failed after ${took}: ${describeFailure(failed?.failure ?? timedOut?.failure)}`;
}

function describeRunEnd(event: HistoryEvent): string | undefined {
  const { workflowExecutionCompletedEventAttributes: completed, workflowExecutionFailedEventAttributes: failed } =
    event;
  if (completed != null) return `run ended ${describeInput(completed.result)}`.trimEnd();
  if (failed != null) return `run failed: ${describeFailure(failed.failure)}`;
  if (event.workflowExecutionTerminatedEventAttributes != null) {
    return `run terminated: ${event.workflowExecutionTerminatedEventAttributes.reason ?? ''}`;
  }
  if (event.workflowExecutionCanceledEventAttributes != null) return 'run cancelled';
  if (event.workflowExecutionContinuedAsNewEventAttributes != null)
    return 'run ended; the next one goes on with what was asked for meanwhile';
  return event.workflowExecutionTimedOutEventAttributes == null ? undefined : 'run timed out';
}

/** The innermost cause says what happened; what is around it says only that a step failed. */
function describeFailure(failure: Failure): string {
  let innermost = failure;
  while (innermost?.cause != null) innermost = innermost.cause;
  const type = innermost?.applicationFailureInfo?.type;
  const text = innermost?.message ?? 'no reason given';
  return type == null || type === '' ? text : `${type}: ${text}`;
}

function describeInput(payloads: Payloads): string {
  return (payloads?.payloads ?? [])
    .map((payload) => JSON.stringify(defaultPayloadConverter.fromPayload(payload)))
    .join(' ');
}

function timeMsOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + Math.floor((eventTime?.nanos ?? 0) / 1e6);
}
