import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../../domain/generated/sharedVolume.js';
import { findCondition, setCondition } from '../../domain/conditions.js';

const earlier = '2026-01-01T00:00:00Z';
const now = new Date('2026-02-03T04:05:06.789Z');

function ready(status: Condition['status'], reason: string): Condition {
  return { type: 'Ready', status, reason, message: '', lastTransitionTime: earlier };
}

describe('setCondition', () => {
  it.each([
    ['a new one gets the time, in whole seconds', [], ready('True', 'Published'), '2026-02-03T04:05:06Z'],
    [
      'the same status keeps its time although the reason changed',
      [ready('True', 'Old')],
      ready('True', 'Published'),
      earlier,
    ],
    ['another status gets the time', [ready('False', 'Old')], ready('True', 'Published'), '2026-02-03T04:05:06Z'],
  ])('%s', (_name, conditions, change, expected) => {
    const { lastTransitionTime: _, ...rest } = change;
    const result = setCondition(conditions, { ...rest, type: 'Ready', observedGeneration: 3 }, now);
    expect(result).toEqual([{ ...change, observedGeneration: 3, lastTransitionTime: expected }]);
  });

  it('leaves the others and their order alone, and changes nothing in place', () => {
    const stalled: Condition = { ...ready('False', 'Working'), type: 'Stalled' };
    const before = Object.freeze([ready('True', 'Old'), stalled]);
    const after = setCondition(before, { type: 'Ready', status: 'False', reason: 'New', message: 'why' }, now);
    expect(after.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Ready New', 'Stalled Working']);
    expect(findCondition(after, 'Stalled')).toBe(stalled);
    expect(findCondition(undefined, 'Synced')).toBeUndefined();
  });
});
