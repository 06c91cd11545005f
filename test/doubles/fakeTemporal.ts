import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';

/** A workflow that is there. */
export interface FakeRun {
  status: string;
  /** The answer to every query; an error is thrown. */
  answer?: unknown;
  /** What `fetchHistory` gives. */
  history?: unknown;
}

export interface FakeTemporal {
  readonly client: Client;
  /** By workflow id. Every other id is unknown. */
  readonly runs: Map<string, FakeRun>;
  /** What `list` yields, whatever is asked. */
  listed: readonly Partial<WorkflowExecutionInfo>[];
  /** What was asked of the server, in order: the method, the workflow's type or id, and what came along. */
  readonly calls: [method: string, target: string, details?: unknown][];
  /** Thrown by each start while it is set. */
  refusal: Error | undefined;
  /** The result of every workflow that is started; an error is thrown. */
  answer?: unknown;
}

/** A Temporal server in memory, with as much of the client as Drover uses. */
export function createFakeTemporal(): FakeTemporal {
  const runs = new Map<string, FakeRun>();
  const temporal: FakeTemporal = { client: undefined as never, runs, listed: [], calls: [], refusal: undefined };
  const { calls } = temporal;

  const note = (method: string, target: string, details?: unknown): void => {
    calls.push(details === undefined ? [method, target] : [method, target, details]);
  };
  const find = (workflowId: string): FakeRun => {
    const run = runs.get(workflowId);
    if (run === undefined) throw new WorkflowNotFoundError('not found', workflowId, undefined);
    return run;
  };
  const handle = (workflowId: string) => ({
    workflowId,
    async signal(name: string) {
      note('signal', workflowId, name);
      if (find(workflowId).status !== 'RUNNING') throw new WorkflowNotFoundError('ended', workflowId, undefined);
    },
    async describe() {
      return { runId: 'run-1', status: { name: find(workflowId).status } };
    },
    async fetchHistory() {
      return find(workflowId).history;
    },
    async result() {
      if (temporal.answer instanceof Error) throw temporal.answer;
      return temporal.answer;
    },
    async query() {
      const { answer } = find(workflowId);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async terminate(reason: string) {
      note('terminate', workflowId, reason);
      find(workflowId).status = 'TERMINATED';
    },
  });
  const begin = (method: string) => async (type: string, options: { workflowId: string }) => {
    if (temporal.refusal !== undefined) throw temporal.refusal;
    note(method, type, options);
    runs.set(options.workflowId, { status: 'RUNNING' });
    return handle(options.workflowId);
  };
  const workflow = {
    start: begin('start'),
    signalWithStart: begin('signalWithStart'),
    getHandle: handle,
    async *list(options: unknown) {
      note('list', '', options);
      yield* temporal.listed;
    },
  };
  const client = { workflow, withDeadline: (_deadline: number, work: () => Promise<unknown>) => work() };
  return Object.assign(temporal, { client: client as unknown as Client });
}
