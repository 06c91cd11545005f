import { defineSignal, setHandler } from '@temporalio/workflow';
import { coalesce, isSatisfied, type Handled, type SyncRequest } from '../domain/requests.js';

export const requestSignal = defineSignal<[SyncRequest]>('request');

export interface Inbox {
  /** Requests that the work which begins now answers: everything that has arrived so far. */
  take(): readonly SyncRequest[];
  /** What arrived since, as far as `handled` does not answer it. */
  pending(handled: Handled): readonly SyncRequest[];
}

/** Collects requests. Call it before the first await, so that none is missed. */
export function collectRequests(initial: readonly SyncRequest[]): Inbox {
  let waiting: SyncRequest[] = [...initial];

  setHandler(
    requestSignal,
    (request) => {
      waiting = coalesce(waiting, request);
    },
    { description: 'Sync once more. Requests during a run are brought together into one run after it.' },
  );

  return {
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    pending: (handled) => waiting.filter((request) => !isSatisfied(request, handled)),
  };
}
