import { describe, expect, it } from '@jest/globals';
import { nextLookDelayMs, trackVolumes, type LastLook, type Tracked } from '../../activities/pollSchedule.js';
import type { CheckSchedule } from '../../domain/settings.js';
import type { SharedVolumeStatus } from '../../domain/generated/sharedVolume.js';
import { gitVolume } from './fakes.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = new Date('2026-01-01T00:00:00Z');

const DAILY: CheckSchedule = { type: 'cron', cron: '0 3 * * *', timeZone: 'UTC', jitterMs: 0 };
const UNUSABLE: CheckSchedule = { ...DAILY, cron: '0 0 31 2 *' };

/** Chance that changes nothing: jitter in the middle. */
const moment = (random = 0.5) => ({ nowMs: 1000, now: NOW, random: () => random });

describe('the next look of a crontab line', () => {
  it.each<[string, CheckSchedule, Partial<LastLook>, number]>([
    ['is at its next time when everything is published', DAILY, {}, 3 * HOUR_MS],
    ['is soon while a sync is under way', DAILY, { isSettled: false }, MINUTE_MS],
    ['is soon when nobody could be told', DAILY, { isTold: false }, MINUTE_MS],
    ['is soon when the source failed', DAILY, { setbacks: 1, isSettled: false }, 2 * MINUTE_MS],
    ['is within five minutes however often the source failed', DAILY, { setbacks: 9, isSettled: false }, 5 * MINUTE_MS],
    [
      'never waits longer than to its next time',
      { ...DAILY, cron: '* * * * *' },
      { setbacks: 9, isSettled: false },
      MINUTE_MS,
    ],
    ['comes all the same when the line cannot be used', UNUSABLE, { setbacks: 1, isSettled: false }, 2 * MINUTE_MS],
  ])('%s', (_name, checks, last, expectedMs) => {
    expect(nextLookDelayMs(checks, { setbacks: 0, isTold: true, isSettled: true, ...last }, moment())).toBe(expectedMs);
  });

  it.each([
    [0, 3 * HOUR_MS],
    [0.5, 3 * HOUR_MS + 5 * MINUTE_MS],
    [1, 3 * HOUR_MS + 10 * MINUTE_MS],
  ])('comes up to the jitter later: %d', (random, expectedMs) => {
    const settled = { setbacks: 0, isTold: true, isSettled: true };

    expect(nextLookDelayMs({ ...DAILY, jitterMs: 10 * MINUTE_MS }, settled, moment(random))).toBe(expectedMs);
  });
});

describe('the first look', () => {
  const published = { revision: 'r', digest: 'd', snapshot: 's', time: '2025-12-31T00:00:00Z' };

  it.each<[string, CheckSchedule, SharedVolumeStatus, number]>([
    ['without data does not wait', DAILY, {}, 0],
    ['waits for the next time', DAILY, { published, lastCheckTime: '2025-12-31T23:00:00Z' }, 3 * HOUR_MS],
    ['makes up for times that were missed', DAILY, { published, lastCheckTime: '2025-12-29T03:00:00Z' }, 0],
    ['at an interval is somewhere within it', { type: 'interval', intervalMs: MINUTE_MS }, { published }, 30_000],
  ])('%s', (_name, checks, status, expectedMs) => {
    const tracked = new Map<string, Tracked>();

    trackVolumes(tracked, [gitVolume({}, { uid: 'uid' }, status)], () => checks, moment());

    expect(tracked.get('uid')?.dueMs).toBe(1000 + expectedMs);
  });

  it('comes at once after a changed spec', () => {
    const tracked = new Map<string, Tracked>();
    const volume = (generation: number) => gitVolume({}, { uid: 'uid', generation }, { published });
    trackVolumes(tracked, [volume(1)], () => DAILY, moment());

    trackVolumes(tracked, [volume(2)], () => DAILY, moment());

    expect(tracked.get('uid')?.dueMs).toBe(1000);
  });
});
