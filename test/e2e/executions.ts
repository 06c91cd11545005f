import type { Client } from '@temporalio/client';
import type { SyncRequest } from '../../domain/requests.js';
import type { SyncJob, SyncResult, SyncUpdate } from '../../domain/sync.js';
import { until } from './environment.js';

/** One execution of `syncVolume`, as its history tells. */
export interface Execution {
  readonly runId: string;
  readonly startMs: number;
  /** Every request that reached it, in order: those that its predecessor left to it, then those that were signalled. */
  readonly received: readonly SyncRequest[];
  /** How many of these it had when it began to work. */
  readonly takenCount: number;
  /** What it left to its successor. */
  readonly passedOn: readonly SyncRequest[];
  /** Its successor, when it continued as new. */
  readonly nextRunId: string | undefined;
  /** Why it waited for somebody, each time that it did. */
  readonly stalls: readonly string[];
  /** What it last reported to have come to; undefined when it ended without. */
  readonly result: SyncResult | undefined;
  readonly outcome: 'running' | 'completed' | 'continued' | 'other';
}

/** All executions of a workflow id, the oldest first, once none runs. Visibility lags, so it must know all that histories name. */
export async function readExecutions(client: Client, workflowId: string): Promise<Execution[]> {
  let executions: Execution[] = [];
  await until(
    async () => {
      const runIds: string[] = [];
      for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runIds.push(runId);
      executions = await Promise.all(runIds.map((runId) => readExecution(client, workflowId, runId)));
      const latest = await client.workflow.getHandle(workflowId).describe();
      const named = [latest.runId, ...executions.flatMap(({ nextRunId }) => nextRunId ?? [])];
      return named.every((id) => runIds.includes(id)) && executions.every(({ outcome }) => outcome !== 'running');
    },
    90_000,
    () => `${workflowId} has not ended: ${JSON.stringify(executions.at(0))}`,
  );
  return executions.sort((a, b) => a.startMs - b.startMs);
}

type Payloads = { readonly payloads?: readonly { readonly data?: Uint8Array | null }[] | null } | null | undefined;

async function readExecution(client: Client, workflowId: string, runId: string): Promise<Execution> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const history = events ?? [];
  const started = history[0]?.workflowExecutionStartedEventAttributes;
  const startTime = history[0]?.eventTime;
  const initial = (readPayload(started?.input) as SyncJob).requests ?? [];
  const signals = history.flatMap(({ eventId, workflowExecutionSignaledEventAttributes: signal }) => {
    if (signal?.signalName !== 'request') return [];
    return [{ eventId: Number(eventId), request: readPayload(signal.input) as SyncRequest }];
  });
  // The first task that a worker brought to its end; those of workers that were killed do not count.
  const firstTask = history.find((event) => event.workflowTaskCompletedEventAttributes)
    ?.workflowTaskCompletedEventAttributes?.startedEventId;
  const isTaken = ({ eventId }: { eventId: number }): boolean =>
    firstTask !== undefined && firstTask !== null && eventId < Number(firstTask);
  const reports = history.flatMap(({ activityTaskScheduledEventAttributes: step }) =>
    step?.activityType?.name === 'reportSync' ? [(readPayload(step.input) as SyncUpdate).state] : [],
  );
  const last = history.at(-1);
  const continued = last?.workflowExecutionContinuedAsNewEventAttributes;
  const isEnded = history.some(
    (event) =>
      event.workflowExecutionFailedEventAttributes ??
      event.workflowExecutionTerminatedEventAttributes ??
      event.workflowExecutionCanceledEventAttributes ??
      event.workflowExecutionTimedOutEventAttributes,
  );
  return {
    runId,
    startMs: Number(startTime?.seconds ?? 0) * 1000 + (startTime?.nanos ?? 0) / 1e6,
    received: [...initial, ...signals.map(({ request }) => request)],
    takenCount: initial.length + signals.filter(isTaken).length,
    passedOn: continued ? ((readPayload(continued.input) as SyncJob).requests ?? []) : [],
    nextRunId: continued?.newExecutionRunId ?? undefined,
    stalls: reports.flatMap((state) => (state.kind === 'stalled' ? [state.failure.reason] : [])),
    result: reports.flatMap((state) => (state.kind === 'done' ? [state.report.result] : [])).at(-1),
    outcome: last?.workflowExecutionCompletedEventAttributes
      ? 'completed'
      : continued
        ? 'continued'
        : isEnded
          ? 'other'
          : 'running',
  };
}

/** The first argument. */
function readPayload(input: Payloads): unknown {
  return JSON.parse(Buffer.from(input?.payloads?.[0]?.data ?? []).toString('utf8'));
}
