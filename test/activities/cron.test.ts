import { describe, expect, it } from '@jest/globals';
import { nextTick } from '../../activities/cron.js';

describe('nextTick', () => {
  it.each([
    ['30 3 * * *', 'UTC', '2026-01-01T00:00:00Z', '2026-01-01T03:30:00Z'],
    ['30 3 * * *', 'UTC', '2026-01-01T03:30:00Z', '2026-01-02T03:30:00Z'],
    ['30 3 * * 1-5', 'Europe/Berlin', '2026-01-02T12:00:00Z', '2026-01-05T02:30:00Z'],
    ['@hourly', 'UTC', '2026-01-01T00:00:01Z', '2026-01-01T01:00:00Z'],
    ['0 0 1 jan *', 'UTC', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    // Either day: the 13th, or a Friday.
    ['0 0 13 * 5', 'UTC', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    // 02:30 does not exist on the day on which clocks go forward: it comes when the gap ends.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z'],
  ])('of %s in %s after %s is %s', (cron, timeZone, after, expected) => {
    expect(nextTick(cron, timeZone, new Date(after))).toEqual(new Date(expected));
  });

  it('comes once where clocks go back', () => {
    const first = nextTick('30 2 * * *', 'Europe/Berlin', new Date('2026-10-24T22:30:00Z'));

    expect(first).toEqual(new Date('2026-10-25T00:30:00Z'));
    expect(nextTick('30 2 * * *', 'Europe/Berlin', first)).toEqual(new Date('2026-10-26T01:30:00Z'));
  });
});
