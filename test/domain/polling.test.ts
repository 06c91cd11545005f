import { describe, expect, it } from '@jest/globals';
import { firstPollDelayMs, isSameAttempt, MAX_BACKOFF_MS, pollDelayMs, type AttemptKey } from '../../domain/polling.js';

describe('pollDelayMs', () => {
  it.each<[string, number, number, number, number]>([
    ['in the middle', 60_000, 0, 0.5, 60_000],
    ['early', 60_000, 0, 0, 54_000],
    ['late', 60_000, 0, 1, 66_000],
    ['after one failure', 60_000, 1, 0.5, 120_000],
    ['after many failures', 60_000, 50, 0.5, MAX_BACKOFF_MS],
    ['an interval above the longest back-off', 3_600_000, 3, 0.5, 3_600_000],
  ])('%s', (_name, intervalMs, failures, random, expected) => {
    expect(pollDelayMs(intervalMs, failures, random)).toBe(expected);
  });
});

describe('firstPollDelayMs', () => {
  it('spreads volumes with data over their interval', () => {
    expect(firstPollDelayMs(60_000, 0.25)).toBe(15_000);
  });
});

describe('isSameAttempt', () => {
  const key: AttemptKey = { revision: 'r', generation: 1, credentialsVersion: 'v' };

  it.each<[string, AttemptKey | undefined, boolean]>([
    ['the same', { ...key }, true],
    ['nothing refused', undefined, false],
    ['another revision', { ...key, revision: 's' }, false],
    ['an unknown revision', { generation: 1, credentialsVersion: 'v' }, false],
    ['a changed spec', { ...key, generation: 2 }, false],
    ['a changed Secret', { ...key, credentialsVersion: 'w' }, false],
  ])('%s', (_name, refused, expected) => {
    expect(isSameAttempt(refused, key)).toBe(expected);
  });
});
