import { CancellationScope, condition, defineSignal, isCancellation, setHandler } from '@temporalio/workflow';
import { DroverError } from '../domain/errors.js';

/** What a person, or Drover for a person, can say to a long operation. */
export const abortSignal = defineSignal('abort');
export const retrySignal = defineSignal('retry');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
/** With the digest of the plan that is approved; see `pendingPlan` in the status of the resource. */
export const approveSignal = defineSignal<[string]>('approve');

export const ABORTED = 'the run was aborted by a person, or because the volume is being deleted';

export interface Operator {
  /** Runs `work`; when somebody aborts, cancels it, waits until it has stopped, and throws `Aborted`. */
  abortable<T>(work: () => Promise<T>): Promise<T>;
  /** Between two steps: waits while paused. */
  checkpoint(): Promise<void>;
  /**
   * Waits until somebody says what shall become of an operation that cannot go on by itself.
   * @param heldPlan the plan whose approval counts as a `retry`
   */
  decision(isOvertaken: () => boolean, heldPlan?: string): Promise<'retry' | 'abort' | 'overtaken'>;
  /** Whether this plan was approved by a signal. */
  hasApproved(plan: string): boolean;
}

/** Registers the signals. Call it before the first await, so that none is missed: those that wait are delivered in here. */
export function listenToOperator(
  onPause: (isPaused: boolean) => void,
  onApprove: (plan: string) => void = () => undefined,
): Operator {
  let approvedPlan: string | undefined;
  let isAborted = false;
  let isPaused = false;
  let wantsRetry = false;
  let scope: CancellationScope | undefined;

  setHandler(
    abortSignal,
    () => {
      isAborted = true;
      scope?.cancel();
    },
    { description: 'Stop this run and leave what is published as it is. The revision is not tried again by itself.' },
  );
  setHandler(
    retrySignal,
    () => {
      wantsRetry = true;
    },
    { description: 'Try again now, when the run waits because it is stalled.' },
  );
  setHandler(
    pauseSignal,
    () => {
      isPaused = true;
      onPause(isPaused);
    },
    { description: 'Finish the current step, then wait. Holds for this run only; spec.paused holds for the volume.' },
  );
  setHandler(
    resumeSignal,
    () => {
      isPaused = false;
      onPause(isPaused);
    },
    { description: 'Go on after a pause.' },
  );

  setHandler(
    approveSignal,
    (plan) => {
      approvedPlan = plan;
      onApprove(plan);
    },
    { description: 'Let a run that is held go on. Takes the digest of its plan; any other plan is not approved.' },
  );

  return {
    async abortable<T>(work: () => Promise<T>): Promise<T> {
      const aborted = (cause?: unknown): DroverError => new DroverError('Aborted', ABORTED, { cause });
      if (isAborted) throw aborted();
      scope = new CancellationScope();
      try {
        return await scope.run(work);
      } catch (error) {
        if (isAborted && isCancellation(error)) throw aborted(error);
        throw error;
      } finally {
        scope = undefined;
      }
    },

    async checkpoint(): Promise<void> {
      await condition(() => !isPaused);
    },

    async decision(isOvertaken, heldPlan) {
      wantsRetry = false;
      const isReleased = (): boolean => wantsRetry || (heldPlan !== undefined && heldPlan === approvedPlan);
      await condition(() => isAborted || isReleased() || isOvertaken());
      if (isAborted) return 'abort';
      return isReleased() ? 'retry' : 'overtaken';
    },

    hasApproved: (plan) => plan === approvedPlan,
  };
}
