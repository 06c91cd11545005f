import { describe, expect, it } from '@jest/globals';
import { restartDelayMs } from '../../dev/restartDelay.js';

describe('restartDelayMs', () => {
  it('doubles from one second up to ten', () => {
    expect([1, 2, 3, 4, 5, 50].map(restartDelayMs)).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });
});
