import { describe, expect, it } from '@jest/globals';
import { createLimiter } from '../../activities/limiter.js';

/** Work that ends when told to. */
function hold(): { work: () => Promise<void>; release: () => void; hasStarted: () => boolean } {
  const state: { resolve?: () => void; started: boolean } = { started: false };
  return {
    work: () =>
      new Promise((resolve) => {
        state.started = true;
        state.resolve = resolve;
      }),
    release: () => state.resolve?.(),
    hasStarted: () => state.started,
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('createLimiter', () => {
  it('keeps one host from taking every slot', async () => {
    const limiter = createLimiter({ total: 3, perKey: 2 });
    const slow = [hold(), hold(), hold()];
    const other = hold();
    const running = [...slow.map(({ work }) => limiter.run('slow', work)), limiter.run('other', other.work)];
    await settle();

    expect(slow.map(({ hasStarted }) => hasStarted())).toEqual([true, true, false]);
    expect(other.hasStarted()).toBe(true);

    slow[0]?.release();
    await settle();
    expect(slow[2]?.hasStarted()).toBe(true);
    for (const { release } of [...slow, other]) release();
    await Promise.all(running);
  });

  it('bounds all together', async () => {
    const limiter = createLimiter({ total: 2, perKey: 2 });
    const works = ['a', 'b', 'c'].map((key) => ({ key, ...hold() }));
    const running = works.map(({ key, work }) => limiter.run(key, work));
    await settle();

    expect(works.map(({ hasStarted }) => hasStarted())).toEqual([true, true, false]);
    works[1]?.release();
    await settle();
    expect(works[2]?.hasStarted()).toBe(true);
    for (const { release } of works) release();
    await Promise.all(running);
  });

  it('frees the slot of work that fails', async () => {
    const limiter = createLimiter({ total: 1, perKey: 1 });

    await expect(limiter.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(await limiter.run('a', () => Promise.resolve(7))).toBe(7);
  });
});
