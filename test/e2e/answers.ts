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
  /** Executions that began with nothing but what earlier ones had answered. */
  readonly useless: readonly string[];
}

/**
 * Counts how requests were answered. An execution *sets out* to answer what has reached it when it begins, of each reason
 * only the newest. It has *answered* all that reached it, at its beginning and later, except what it left to its successor:
 * the rest was done by it, or overtaken by a newer request of the same reason. When none of the three lists has an entry,
 * there are exactly as many executions as there are distinct requests after those were brought together.
 * @param executions the oldest first
 */
export function countAnswers(executions: readonly Execution[]): Answers {
  const answered = new Set<string>();
  const setOut = new Set<string>();
  const answeredTwice: string[] = [];
  const useless: string[] = [];
  const delivered = executions.flatMap(({ received }) => received.map(nameRequest));
  for (const { runId, received, takenCount, passedOn } of executions) {
    const taken = received.slice(0, takenCount).reduce<SyncRequest[]>(coalesce, []).map(nameRequest);
    if (taken.every((name) => answered.has(name))) useless.push(`${runId} (${taken.join(', ')})`);
    answeredTwice.push(...taken.filter((name) => setOut.has(name)));
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
