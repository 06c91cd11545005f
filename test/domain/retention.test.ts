import { describe, expect, it } from '@jest/globals';
import { chooseExpired, type RetentionFacts } from '../../domain/retention.js';

const GRACE_MS = 120_000;
const NOW_MS = 10_000_000;

/** Publications in order, given as `name@seconds before now`, with `?` behind a name whose flip was only planned. */
function facts(history: string[], change: Partial<RetentionFacts> = {}): RetentionFacts {
  const publications = history.map((text) => {
    const [, snapshot = '', planned, ago = '0'] = /^(\w+)(\?)?@(-?\d+)$/.exec(text) ?? [];
    const timeMs = NOW_MS - Number(ago) * 1000;
    return planned === undefined ? { snapshot, timeMs } : { snapshot, timeMs, isPlanned: true as const };
  });
  return {
    snapshots: [...new Set(publications.map(({ snapshot }) => snapshot))],
    publications,
    current: publications.at(-1)?.snapshot,
    retain: 3,
    graceMs: GRACE_MS,
    nowMs: NOW_MS,
    ...change,
  };
}

describe('chooseExpired', () => {
  it.each<[string, RetentionFacts, string[]]>([
    ['nothing on disk', facts([]), []],
    ['fewer than to retain', facts(['a@9000', 'b@8000']), []],
    ['more than to retain', facts(['a@9000', 'b@8000', 'c@7000', 'd@6000', 'e@5000']), ['a', 'b']],
    ['one only', facts(['a@9000', 'b@8000'], { retain: 1 }), ['a']],
    ['superseded a moment ago', facts(['a@9000', 'b@60'], { retain: 1 }), []],
    ['superseded before the grace period', facts(['a@9000', 'b@121'], { retain: 1 }), ['a']],
    ['many within the grace period', facts(['a@100', 'b@80', 'c@60', 'd@40', 'e@20'], { retain: 2 }), []],
    ['after a rollback the current one is old', facts(['a@9000', 'b@8000', 'c@7000', 'a@6000'], { retain: 2 }), ['b']],
    ['never published', facts(['a@9000'], { snapshots: ['a', 'half'] }), ['half']],
    [
      'superseded a moment ago, after a flip that was planned and did not happen',
      facts(['a@9000', 'b?@8000', 'c@60'], { retain: 1 }),
      [],
    ],
    ['only planned, long ago', facts(['a@9000', 'b?@8000', 'c@7000'], { retain: 2 }), ['b']],
    ['planned, and it did happen', facts(['a@9000', 'b?@60'], { retain: 1 }), []],
    ['superseded by one from a clock that is ahead', facts(['a@9000', 'b@-86400'], { retain: 1 }), []],
    ['recorded by clocks that are ahead', facts(['a@-86400', 'b@-86300', 'c@0'], { retain: 1 }), []],
    ['kept by order, whatever the clocks said', facts(['a@60', 'b@99000', 'c@9000'], { retain: 2 }), ['a']],
    ['no pointer: no action', facts(['a@9000', 'b@8000'], { current: undefined, retain: 1 }), []],
    ['a pointer to nothing: no action', facts(['a@9000', 'b@8000'], { current: 'gone', retain: 1 }), []],
    ['no record: only the current one is known', facts([], { snapshots: ['a', 'b'], current: 'a' }), ['b']],
  ])('%s', (_name, input, expected) => {
    expect(chooseExpired(input)).toEqual(expected);
  });
});
