import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { DroverError, isFailureReason, type FailureReason } from '../domain/errors.js';

export interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
}

/** The reason behind whatever a step threw. Unknown errors are `Internal`, never healthy. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DroverError) return { reason: error.reason, message: error.message };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return failureOfTimeout(cause);
  if (cause instanceof ApplicationFailure) {
    const reason = isFailureReason(cause.type) ? cause.type : 'Internal';
    return { reason, message: cause.message };
  }
  return { reason: 'Internal', message: cause instanceof Error ? cause.message : String(cause) };
}

/** The last error of a step that was tried until its time was over says more than that the time is over. */
function failureOfTimeout(timeout: TimeoutFailure): Failure {
  const { cause } = timeout;
  const last = cause instanceof ApplicationFailure && isFailureReason(cause.type) ? cause : undefined;
  if (last !== undefined) return { reason: last.type as FailureReason, message: last.message };
  switch (timeout.timeoutType) {
    case 'SCHEDULE_TO_START':
      return { reason: 'ExportUnreachable', message: 'no mover of the export took the step' };
    case 'HEARTBEAT':
      return { reason: 'ExportUnreachable', message: 'the mover of the export stopped in the middle of the step' };
    case 'START_TO_CLOSE':
    case 'SCHEDULE_TO_CLOSE':
    case undefined:
      return { reason: 'TimedOut', message: 'the step took longer than it may' };
  }
}
