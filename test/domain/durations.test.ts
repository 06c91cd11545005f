import { describe, expect, it } from '@jest/globals';
import { formatDuration, parseDurationMs } from '../../domain/durations.js';

describe('parseDurationMs', () => {
  it.each<[string, number | undefined]>([
    ['60s', 60_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['0s', 0],
    ['1d', undefined],
    ['60', undefined],
    ['-5s', undefined],
    ['', undefined],
    ['5 s', undefined],
    ['s', undefined],
  ])('"%s"', (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });
});

describe('formatDuration', () => {
  it.each<[number, string]>([
    [0, '0ms'],
    [850, '850ms'],
    [4_249, '4.2s'],
    [60_000, '1m'],
    [190_000, '3m10s'],
    [3_600_000, '1h'],
    [7_500_000, '2h5m'],
  ])('%d', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });
});
