import { isSameAttempt, type AttemptKey, type ResolvedKey } from './polling.js';

/** Requests to sync a volume, and how those that come while a run is under way are brought together. */

export type SyncRequest =
  /** The poller saw something that is not published, and that no run gave up on. */
  | ({ readonly reason: 'source-changed' } & ResolvedKey)
  /** The watcher saw a generation of the spec that no run has handled; the first one is a first sync. */
  | { readonly reason: 'spec-changed'; readonly generation: number }
  /** A person set the annotation `drover.io/sync-requested`; the value tells requests apart. See `planRequest`. */
  | { readonly reason: 'requested'; readonly token: string };

/** What a run handled: a request for it needs no further run. */
export interface Handled {
  /** Published by the run, or found published. */
  readonly revision?: string | undefined;
  /** Given up by the run. */
  readonly refused?: AttemptKey | undefined;
  readonly generation?: number | undefined;
  readonly token?: string | undefined;
}

/** Whether a run that handled `handled` has done what `request` asks for. */
export function isSatisfied(request: SyncRequest, handled: Handled): boolean {
  switch (request.reason) {
    case 'source-changed':
      return request.revision === handled.revision || isSameAttempt(handled.refused, request);
    case 'spec-changed':
      return handled.generation !== undefined && request.generation <= handled.generation;
    case 'requested':
      return request.token === handled.token;
  }
}

/** What a run that answers `requests` will have handled, as far as the requests say. */
export function handledBy(requests: readonly SyncRequest[]): Handled {
  const handled: { revision?: string; generation?: number; token?: string } = {};
  for (const request of requests) {
    if (request.reason === 'source-changed') handled.revision = request.revision;
    else if (request.reason === 'spec-changed') handled.generation = request.generation;
    else handled.token = request.token;
  }
  return handled;
}

/** Adds a request; of each reason only the newest is kept, so that any number of them is at most three. */
export function coalesce(requests: readonly SyncRequest[], next: SyncRequest): SyncRequest[] {
  return [...requests.filter(({ reason }) => reason !== next.reason), next];
}

/** What caused a run, in a word: a person's request counts more than what Drover saw by itself. */
export function triggerOf(requests: readonly SyncRequest[]): SyncRequest['reason'] {
  const reasons = requests.map(({ reason }) => reason);
  return (
    (['requested', 'spec-changed', 'source-changed'] as const).find((reason) => reasons.includes(reason)) ?? 'requested'
  );
}

const PLAN_REQUEST = /^plan:(sha256:[0-9a-f]{64}):/;

/** The value of a request to publish exactly the plan with this digest. */
export function planRequest(digest: string, nonce: string): string {
  return `plan:${digest}:${nonce}`;
}

/** The plan that a person's request among `requests` is bound to; undefined when none is. */
export function requestedPlan(requests: readonly SyncRequest[]): string | undefined {
  for (const request of requests) {
    const [, digest] = request.reason === 'requested' ? (PLAN_REQUEST.exec(request.token) ?? []) : [];
    if (digest !== undefined) return digest;
  }
  return undefined;
}
