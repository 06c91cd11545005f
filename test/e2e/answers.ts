import { coalesce, type SyncRequest } from '../../domain/requests.js';
import type { Execution } from './executions.js';

/** What the histories of one volume say about its requests. Requests are named as `nameRequest` does. */
export interface Answers {
  /** Every signal that arrived. */
  readonly deliveries: number;
  /** Requests that differ from each other. */
  readonly distinct: number;
  readonly unanswered: readonly string[];
  /** Requests that more than one execution set out to answer. */
  readonly answeredTwice: readonly string[];
  /** Executions that began with nothing but what earlier ones had answered, and did something. */
  readonly useless: readonly string[];
  /**
   * Those that found nothing to do. Who asks and gets no answer, since it or the server is killed in that moment, must ask
   * again; when the first question had arrived after all and was answered meanwhile, the second one begins such an execution.
   */
  readonly redelivered: readonly string[];
}

/**
 * Counts how requests were answered. An execution *sets out* to answer what has reached it when it begins, of each reason
 * only the newest. It has *answered* all that reached it, at its beginning and later, except what it left to its successor:
 * the rest was done by it, or overtaken by a newer request of the same reason. When none of the first three lists has an
 * entry, there are exactly as many executions as there are distinct requests after those were brought together, and those
 * that were redelivered.
 * @param executions the oldest first
 */
export function countAnswers(executions: readonly Execution[]): Answers {
  const answered = new Set<string>();
  const setOut = new Set<string>();
  const answeredTwice: string[] = [];
  const useless: string[] = [];
  const redelivered: string[] = [];
  const delivered = executions.flatMap(({ received }) => received.map(nameRequest));
  for (const { runId, received, takenCount, passedOn, result } of executions) {
    const taken = received.slice(0, takenCount).reduce<SyncRequest[]>(coalesce, []).map(nameRequest);
    const isNew = taken.some((name) => !answered.has(name));
    const isRedelivered = !isNew && result === 'Unchanged';
    if (!isNew) (isRedelivered ? redelivered : useless).push(`${runId} (${taken.join(', ')})`);
    if (!isRedelivered) answeredTwice.push(...taken.filter((name) => setOut.has(name)));
    for (const name of taken) setOut.add(name);
    const left = new Set(passedOn.map(nameRequest));
    for (const name of received.map(nameRequest)) if (!left.has(name)) answered.add(name);
  }
  const distinct = new Set(delivered);
  const passedCount = executions.reduce((sum, { passedOn }) => sum + passedOn.length, 0);
  return {
    deliveries: delivered.length - passedCount,
    distinct: distinct.size,
    unanswered: [...distinct].filter((name) => !answered.has(name)),
    answeredTwice,
    useless,
    redelivered,
  };
}

function nameRequest(request: SyncRequest): string {
  switch (request.reason) {
    case 'source-changed':
      return `revision ${request.revision} (${request.generation} ${request.credentialsVersion})`;
    case 'spec-changed':
      return `generation ${request.generation}`;
    case 'requested':
      return `token ${request.token}`;
  }
}
