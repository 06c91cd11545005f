import { afterEach, describe, expect, it } from '@jest/globals';
import { createWorkQueue, type WorkQueueOptions } from '../../k8s/workqueue.js';
import { createFakeClock, settle } from './fakeClock.js';

let stop = new AbortController();
afterEach(() => stop.abort());

/** A queue whose work ends when the test says so. */
function manual(options: Partial<WorkQueueOptions> = {}) {
  const begun: string[] = [];
  const open: (() => void)[] = [];
  const queue = createWorkQueue({
    clock: createFakeClock(),
    ...options,
    process: async (key) => {
      begun.push(key);
      await new Promise<void>((resolve) => open.push(resolve));
    },
  });
  stop = new AbortController();
  const done = queue.run(stop.signal);
  return { queue, begun, done, finishNext: async () => (open.shift()?.(), settle()) };
}

/** A queue whose work is a function. */
function automatic(process: WorkQueueOptions['process'], options: Partial<WorkQueueOptions> = {}) {
  const clock = createFakeClock();
  const begun: [string, number][] = [];
  const delays: number[] = [];
  const queue = createWorkQueue({
    clock,
    onError: (_key, _error, delayMs) => delays.push(delayMs),
    ...options,
    process: async (key, signal) => {
      begun.push([key, clock.nowMs()]);
      return await process(key, signal);
    },
  });
  stop = new AbortController();
  return { queue, clock, begun, delays, done: queue.run(stop.signal) };
}

describe('keys', () => {
  it('are worked on once however often they are asked for before it begins', async () => {
    const { queue, begun, finishNext } = manual({ parallelism: 1 });
    for (const key of ['a', 'b', 'b', 'c', 'b']) queue.add(key);
    expect(begun).toEqual(['a']);
    expect(queue.depth()).toBe(2);
    await finishNext();
    await finishNext();
    await finishNext();
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('never run twice at once; a change during the work brings one more turn', async () => {
    const { queue, begun, finishNext } = manual();
    queue.add('a');
    queue.add('a');
    queue.add('a');
    await settle();
    expect(begun).toEqual(['a']);
    await finishNext();
    expect(begun).toEqual(['a', 'a']);
    await finishNext();
    expect(begun).toEqual(['a', 'a']);
  });

  it('run side by side up to the limit', async () => {
    const { queue, begun, finishNext } = manual({ parallelism: 2 });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    expect(begun).toEqual(['a', 'b']);
    await finishNext();
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('wait until the queue runs', async () => {
    const begun: string[] = [];
    const queue = createWorkQueue({ process: async (key) => void begun.push(key) });
    queue.add('a');
    await settle();
    expect([begun, queue.depth()]).toEqual([[], 1]);
    stop = new AbortController();
    void queue.run(stop.signal);
    expect(begun).toEqual(['a']);
  });
});

describe('later', () => {
  it('takes the earliest of several times', async () => {
    const { queue, clock, begun } = automatic(async () => undefined);
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 900);
    await clock.advance(2_000);
    expect(begun).toEqual([['a', 100]]);
  });

  it('comes back when the work asks for it, without counting as a failure', async () => {
    let turns = 0;
    const { queue, clock, begun, delays } = automatic(async () =>
      ++turns < 3 ? { requeueAfterMs: 1_000 } : undefined,
    );
    queue.add('a');
    await clock.advance(10_000);
    expect(begun).toEqual([
      ['a', 0],
      ['a', 1_000],
      ['a', 2_000],
    ]);
    expect(delays).toEqual([]);
  });
});

describe('failures', () => {
  it('delay a key longer each time, up to the limit, and are forgotten on success', async () => {
    let turns = 0;
    const failing = async () => {
      turns++;
      if (turns !== 5) throw new Error('not yet');
    };
    const { queue, clock, delays } = automatic(failing, { baseDelayMs: 1_000, maxDelayMs: 4_000 });
    queue.add('a');
    await clock.advance(60_000);
    expect(delays).toEqual([750, 1_500, 3_000, 3_000]);
    queue.add('a');
    await clock.advance(1);
    expect(delays.at(-1)).toBe(750);
  });

  it('of one key do not delay another', async () => {
    const { queue, clock, begun } = automatic(
      async (key) => {
        if (key === 'bad') throw new Error('always');
      },
      { baseDelayMs: 1_000 },
    );
    queue.add('bad');
    queue.add('good');
    await clock.advance(0);
    expect(begun).toEqual([
      ['bad', 0],
      ['good', 0],
    ]);
  });

  it('of all keys together are limited', async () => {
    const failing = async () => {
      throw new Error('the server is down');
    };
    const { queue, clock, begun } = automatic(failing, {
      baseDelayMs: 1,
      maxDelayMs: 1,
      retryRate: { perSecond: 10, burst: 5 },
    });
    for (let index = 0; index < 20; index++) queue.add(`key-${index}`);
    await clock.advance(10_000);
    // 20 first turns, 5 retries at once, then 10 a second.
    expect(begun.length).toBeGreaterThanOrEqual(20 + 5 + 90);
    expect(begun.length).toBeLessThanOrEqual(20 + 5 + 100);
  });
});

describe('the end', () => {
  it('waits for what was begun, and begins nothing more', async () => {
    const { queue, begun, done, finishNext } = manual({ parallelism: 1 });
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 0);
    let ended = false;
    void done.then(() => (ended = true));
    stop.abort();
    await settle();
    expect(ended).toBe(false);
    await finishNext();
    await done;
    queue.add('d');
    expect(begun).toEqual(['a']);
  });

  it('tells the work, and does not retry what it interrupted', async () => {
    const { queue, done, delays } = automatic(async (_key, signal) => {
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    });
    queue.add('a');
    stop.abort();
    await done;
    expect(delays).toEqual([]);
  });
});
