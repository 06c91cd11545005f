import { describe, expect, it } from '@jest/globals';
import { age, table } from '../../../starters/cli/print.js';

describe('table', () => {
  it('makes columns as wide as their widest cell, and leaves no blanks at the end', () => {
    expect(
      table(
        ['A', 'LONG'],
        [
          ['wide cell', 'x'],
          ['y', ''],
        ],
      ),
    ).toBe('A           LONG\nwide cell   x\ny');
  });
});

describe('age', () => {
  const now = new Date('2026-01-10T00:00:00Z');

  it.each([
    ['2026-01-09T23:59:15Z', '45s'],
    ['2026-01-09T23:48:00Z', '12m'],
    ['2026-01-09T21:00:00Z', '3h'],
    ['2026-01-05T00:00:00Z', '5d'],
    ['2026-01-10T00:00:05Z', '0s'],
    [undefined, '<unknown>'],
  ])('%s: %s', (time, expected) => {
    expect(age(time, now)).toBe(expected);
  });
});
