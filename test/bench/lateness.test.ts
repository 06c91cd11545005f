import { describe, expect, it } from '@jest/globals';
import { latenessP99, looksBetween, parseLateness } from '../../bench/system/lateness.js';

const histogram = (counts: Record<string, number>): string =>
  [
    '# TYPE drover_poll_lateness_seconds histogram',
    ...Object.entries(counts).map(
      ([bound, count]) => `drover_poll_lateness_seconds_bucket{le="${bound}",process="mover"} ${count}`,
    ),
    'drover_poll_lateness_seconds_count{process="mover"} 1',
  ].join('\n');

describe('the lateness of polls', () => {
  const before = parseLateness(histogram({ '0.01': 50, '0.1': 50, '2': 50, '+Inf': 60 }));

  it('is the bound under which 99 % of the looks between two readings lie', () => {
    const after = parseLateness(histogram({ '0.01': 148, '0.1': 149, '2': 150, '+Inf': 160 }));

    expect(looksBetween(before, after)).toBe(100);
    expect(latenessP99(before, after)).toBe(0.1);
  });

  it('is infinite when they lie under none', () => {
    const after = parseLateness(histogram({ '0.01': 50, '0.1': 50, '2': 50, '+Inf': 70 }));

    expect(latenessP99(before, after)).toBe(Infinity);
  });
});
