import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { runStep, type ReportProgress, type StepContext } from '../../activities/step.js';
import { DroverError } from '../../domain/errors.js';
import { HEARTBEAT_EVERY_MS, SOURCE_TRIES } from '../../domain/policy.js';

const warnings: unknown[] = [];

function start(work: (step: StepContext) => Promise<unknown>, attempt = 1, report?: ReportProgress) {
  const logger = new DefaultLogger('WARN', ({ message, meta }) => void warnings.push([message, meta?.['error']]));
  const workflowExecution = { workflowId: 'sync/demo/site', runId: '0123456789abcdef' };
  const environment = new MockActivityEnvironment({ attempt, activityId: '7', workflowExecution }, { logger });
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  return { environment, beats, done: environment.run(() => runStep(work, report)) };
}

beforeEach(() => {
  warnings.length = 0;
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('runStep', () => {
  it('gives every try a name of its own', async () => {
    const first = start(async ({ token }) => token);
    const second = start(async ({ token }) => token, 2);

    expect([await first.done, await second.done]).toEqual(['01234567-7-1', '01234567-7-2']);
  });

  it('says that it is alive while it works, and stops that', async () => {
    let finish: () => void = () => undefined;
    const { beats, done } = start(async ({ onProgress }) => {
      onProgress({ step: 'fetching', percent: 10 });
      await new Promise<void>((resolve) => (finish = resolve));
    });
    jest.advanceTimersByTime(3 * HEARTBEAT_EVERY_MS);
    finish();
    await done;

    expect(beats).toEqual([1, 2, 3].map(() => ({ step: 'fetching', percent: 10 })));
    expect(jest.getTimerCount()).toBe(0);
  });

  it('stops work that takes longer than it may, and says so', async () => {
    const logger = new DefaultLogger('ERROR');
    const environment = new MockActivityEnvironment({ attempt: 1 }, { logger });
    let wasStopped = false;
    const work = ({ signal }: StepContext): Promise<void> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          wasStopped = true;
          reject(signal.reason as Error);
        });
      });

    const done = environment.run(() => runStep(work, undefined, 90_000));
    jest.advanceTimersByTime(90_000);

    await expect(done).rejects.toMatchObject({ type: 'TimedOut', message: expect.stringContaining('1m30s') });
    expect(wasStopped).toBe(true);
  });

  it('tells the workflow how far it is, less and less often, and survives when that fails', async () => {
    let finish: () => void = () => undefined;
    const reported: number[] = [];
    const { done } = start(
      async ({ onProgress }) => {
        onProgress({ step: 'fetching' });
        await new Promise<void>((resolve) => (finish = resolve));
      },
      1,
      async () => {
        reported.push(Date.now() - beganMs);
        throw new Error('Temporal is away');
      },
    );
    const beganMs = Date.now();
    await jest.advanceTimersByTimeAsync(30_000);
    finish();
    await done;

    expect(reported).toEqual([4_000, 12_000, 28_000]);
    expect(warnings).toContainEqual(['progress was not reported', 'Error: Temporal is away']);
  });

  it('says nothing about a step that is short', async () => {
    let isReported = false;
    const { done } = start(
      async ({ onProgress }) => onProgress({ step: 'fetching' }),
      1,
      async () => {
        isReported = true;
      },
    );
    await done;

    expect(isReported).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ['a failure of the vocabulary', new DroverError('AuthFailed', 'no'), 'AuthFailed'],
    ['a full disk', Object.assign(new Error('full'), { code: 'ENOSPC' }), 'NoSpace'],
    ['an answer of Kubernetes', Object.assign(new Error('500'), { status: 500 }), 'DependencyUnavailable'],
    ['what nobody foresaw', new TypeError('x is undefined'), 'Internal'],
  ])('maps %s, with what to do and without its cause', async (_name, error, type) => {
    const { done } = start(() => Promise.reject(error));

    await expect(done).rejects.toMatchObject({ type, nonRetryable: false, details: [expect.any(String)] });
    await expect(done).rejects.not.toHaveProperty('cause', expect.anything());
  });

  it('gives an unreachable source up after the last try', async () => {
    const unreachable = () => Promise.reject(new DroverError('SourceUnreachable', 'no answer'));

    await expect(start(unreachable, SOURCE_TRIES - 1).done).rejects.toMatchObject({ nonRetryable: false });
    await expect(start(unreachable, SOURCE_TRIES).done).rejects.toMatchObject({ nonRetryable: true });
  });

  it('has a step wait longer and longer for a dependency that does not answer', async () => {
    const away = () => Promise.reject(new DroverError('DependencyUnavailable', 'no answer'));
    const delays = [];
    for (const attempt of [1, 2, 5, 20]) {
      delays.push(
        await start(away, attempt).done.catch((failure: { nextRetryDelay: unknown }) => failure.nextRetryDelay),
      );
    }

    expect(delays).toEqual([1_000, 2_000, 15_000, 15_000]);
  });

  it('hands a cancellation on, and is then cancelled whatever the work throws', async () => {
    const { environment, done } = start(
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    );
    environment.cancel();

    await expect(done).rejects.toMatchObject({ name: 'CancelledFailure' });
  });
});
