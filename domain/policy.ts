import { FAILURES } from './errors.js';

/** Every time-out and retry of an activity, in one place. Milliseconds. The shape is Temporal's `ActivityOptions`. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** An activity that says nothing for this long is taken from its worker. Bounds how long a take-over takes. */
const HEARTBEAT_TIMEOUT_MS = 15 * SECOND_MS;

/** How often a long activity says that it is alive; well below the time-out, and below what abort promises. */
export const HEARTBEAT_EVERY_MS = 2 * SECOND_MS;

/** The longest time for which the SDK may hold a heartbeat back; a cancellation arrives with its answer. */
export const MAX_HEARTBEAT_THROTTLE_MS = 3 * SECOND_MS;

/** One run of `pollSources`; then the supervising workflow continues as new. */
export const POLL_RUN_MS = 24 * HOUR_MS;

/** How long a run that is told to stop may take before it is terminated. */
export const STOP_RUN_MS = 30 * SECOND_MS;

/** After this time without a mover, the deletion of a volume says `ExportUnreachable`. */
export const EXPORT_PATIENCE_MS = 30 * SECOND_MS;

/** Failures that trying again within the run cannot change. */
const nonRetryableErrorTypes = Object.entries(FAILURES)
  .filter(([, { retry }]) => !retry)
  .map(([reason]) => reason);

/**
 * A cancelled step counts as ended only when its worker has stopped it: until then its processes may still write. Said
 * explicitly, since the SDK's own default does not wait.
 */
const cancellationType = 'WAIT_CANCELLATION_COMPLETED';

/** Reads and writes of Kubernetes and Temporal; tried until they succeed. */
export const CONTROL_POLICY = {
  startToCloseTimeout: 30 * SECOND_MS,
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: SECOND_MS, backoffCoefficient: 2, maximumInterval: 30 * SECOND_MS, nonRetryableErrorTypes },
} as const;

/** Stopping a run waits for it. */
export const STOP_POLICY = { ...CONTROL_POLICY, startToCloseTimeout: STOP_RUN_MS + MINUTE_MS } as const;

/** How often a run asks a source that cannot be reached. Then it waits, and the poller is the next try. */
export const SOURCE_TRIES = 3;

/** Tries of a step that fails for a reason which may pass; then the run waits as stalled and says why. */
const MAX_TRIES = 20;

/**
 * Milliseconds until the next try of a step that Kubernetes did not answer: doubled each time up to 15 s, whatever the
 * step's policy says. Steps on the export are tried every second, so that a killed mover costs little; an API server that is
 * away for half a minute would use all their tries up.
 * @param attempt the try that failed, from 1
 */
export function dependencyRetryDelayMs(attempt: number): number {
  return Math.min(SECOND_MS * 2 ** (attempt - 1), 15 * SECOND_MS);
}

/** A short question to the source. */
export const RESOLVE_POLICY = {
  cancellationType,
  startToCloseTimeout: 2 * MINUTE_MS,
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: {
    initialInterval: SECOND_MS,
    backoffCoefficient: 2,
    maximumInterval: 15 * SECOND_MS,
    maximumAttempts: MAX_TRIES,
    nonRetryableErrorTypes,
  },
} as const;

/** Work on the export itself: short, and worth trying until it succeeds or a person decides otherwise. */
export const EXPORT_POLICY = {
  cancellationType,
  startToCloseTimeout: 10 * MINUTE_MS,
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: SECOND_MS, backoffCoefficient: 1, maximumAttempts: MAX_TRIES, nonRetryableErrorTypes },
} as const;

/** Ends when no mover takes the step for a while: then the deletion says that the export cannot be reached. */
export const RETIRE_POLICY = {
  ...EXPORT_POLICY,
  startToCloseTimeout: HOUR_MS,
  scheduleToStartTimeout: EXPORT_PATIENCE_MS,
  retry: { initialInterval: SECOND_MS, backoffCoefficient: 1, maximumAttempts: 3, nonRetryableErrorTypes },
} as const;

/** A person waits for the answer, and may ask again: a question that fails is not repeated. */
export const PREVIEW_POLICY = {
  cancellationType,
  startToCloseTimeout: HOUR_MS,
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  scheduleToStartTimeout: EXPORT_PATIENCE_MS,
  retry: { maximumAttempts: 1 },
} as const;

/** Between two tries of a deletion whose export cannot be reached. */
export const RETIRE_PAUSE_MS = MINUTE_MS;

/**
 * Moving bytes. Each try ends by itself after `timeoutMs` and says so; this time-out is for a worker that cannot. The wait
 * for a free mover does not count. Coefficient 1, since a killed mover is no congestion.
 */
export function moverPolicy(timeoutMs: number) {
  return {
    cancellationType,
    startToCloseTimeout: timeoutMs + MINUTE_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: {
      initialInterval: SECOND_MS,
      backoffCoefficient: 1,
      maximumAttempts: 3 * MAX_TRIES,
      nonRetryableErrorTypes,
    },
  } as const;
}

/** Attempts never reset, so with the default coefficient take-over would grow from 13 s to 44 s within six kills. */
export const POLL_POLICY = {
  startToCloseTimeout: POLL_RUN_MS + HOUR_MS,
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: SECOND_MS, backoffCoefficient: 1, maximumInterval: SECOND_MS },
} as const;
