import { describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { logs } from '../../../starters/cli/commands/logs.js';
import { describeHistory, type History } from '../../../starters/cli/historyLines.js';
import { createFakeSession } from './fakeSession.js';
import { RUN_ID, site } from './volumes.js';

type HistoryEvent = NonNullable<History['events']>[number];

/** Events one second apart, from a time of its own; ids count from 1. */
function historyOf(...events: Omit<HistoryEvent, 'eventId' | 'eventTime'>[]): History {
  return {
    events: events.map((event, index) => ({
      ...event,
      eventId: (index + 1) as never,
      eventTime: { seconds: (1_767_225_600 + index) as never, nanos: 0 },
    })),
  };
}

const payloads = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value)] });
const scheduled = (name: string) => ({ activityTaskScheduledEventAttributes: { activityType: { name } } });
const failure = {
  message: 'Activity task failed',
  cause: { message: 'refused', applicationFailureInfo: { type: 'AuthFailed' } },
};
const STARTED = { workflowExecutionStartedEventAttributes: {} };
const ENDED = { workflowExecutionCompletedEventAttributes: { result: payloads({ result: 'Published' }) } };

describe('describeHistory', () => {
  it.each<[string, History, string[]]>([
    ['a run from its start to its end', historyOf(STARTED, ENDED), ['run started', 'run ended {"result":"Published"}']],
    [
      'a signal with what came along',
      historyOf({ workflowExecutionSignaledEventAttributes: { signalName: 'approve', input: payloads('sha256:1') } }),
      ['signal approve "sha256:1"'],
    ],
    [
      'a step and how long it took',
      historyOf(scheduled('resolve'), {
        activityTaskCompletedEventAttributes: { scheduledEventId: 1 as never },
      }),
      ['resolve done after 1s'],
    ],
    [
      'a try after a failed one, with its cause, and the end of all tries',
      historyOf(
        scheduled('resolve'),
        { activityTaskStartedEventAttributes: { scheduledEventId: 1 as never, attempt: 2, lastFailure: failure } },
        { activityTaskFailedEventAttributes: { scheduledEventId: 1 as never, failure } },
      ),
      ['resolve: try 2, after AuthFailed: refused', 'resolve failed after 2s: AuthFailed: refused'],
    ],
    [
      'a step that ran out of time',
      historyOf(scheduled('diff'), {
        activityTaskTimedOutEventAttributes: { scheduledEventId: 1 as never, failure: { message: 'no heartbeat' } },
      }),
      ['diff failed after 1s: no heartbeat'],
    ],
    [
      'a step that was cancelled',
      historyOf(scheduled('diff'), { activityTaskCanceledEventAttributes: { scheduledEventId: 1 as never } }),
      ['diff cancelled after 1s'],
    ],
    [
      'a run that failed',
      historyOf({ workflowExecutionFailedEventAttributes: { failure } }),
      ['run failed: AuthFailed: refused'],
    ],
    [
      'a run that somebody ended',
      historyOf(
        { workflowExecutionTerminatedEventAttributes: { reason: 'enough' } },
        { workflowExecutionCanceledEventAttributes: {} },
      ),
      ['run terminated: enough', 'run cancelled'],
    ],
    ['nothing of tasks that only the server cares about', historyOf({ workflowTaskScheduledEventAttributes: {} }), []],
  ])('tells of %s', (_name, history, expected) => {
    expect(describeHistory(history).map(({ text }) => text)).toEqual(expected);
  });

  it('gives each line its time', () => {
    expect(describeHistory(historyOf(STARTED))).toEqual([
      { id: 1, time: '2026-01-01T00:00:00.000Z', text: 'run started' },
    ]);
  });
});

describe('logs', () => {
  it('prints the lines of the last run', async () => {
    const { session, io, temporal } = createFakeSession(site());
    temporal.runs.set(RUN_ID, { status: 'COMPLETED', history: historyOf(STARTED, ENDED) });

    const { text, json } = await logs(session, 'demo/site', {}, io);

    expect(text).toBe(
      '2026-01-01T00:00:00.000Z  run started\n2026-01-01T00:00:01.000Z  run ended {"result":"Published"}',
    );
    expect(json).toHaveLength(2);
  });

  it('follows a run until it ends, each line once', async () => {
    const { session, io, temporal, printed } = createFakeSession(site());
    const run = { status: 'RUNNING', history: historyOf(STARTED) };
    temporal.runs.set(RUN_ID, run);
    const sleep = async (): Promise<void> =>
      void Object.assign(run, { status: 'COMPLETED', history: historyOf(STARTED, ENDED) });

    const { text } = await logs(session, 'demo/site', { follow: true }, { ...io, sleep });

    expect(text).toBe('');
    expect(printed.map((line) => line.split('  ')[1])).toEqual(['run started', 'run ended {"result":"Published"}']);
  });

  it.each([
    [{}, 'Temporal knows no run of demo/site'],
    [{ run: 'x' }, 'Temporal knows no run x of demo/site'],
  ])('says when there is none: %j', async (options, message) => {
    const { session, io } = createFakeSession(site());

    await expect(logs(session, 'demo/site', options, io)).rejects.toMatchObject({ message, exitCode: 3 });
  });
});
