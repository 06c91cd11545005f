import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../k8s/client.js';
import { KubeError } from '../../k8s/kubeError.js';
import type { KubeList, KubeObject, WatchEvent } from '../../k8s/object.js';
import { createReflector, type ReflectorOptions } from '../../k8s/reflector.js';
import type { Query } from '../../k8s/transport.js';
import { createFakeClock, settle } from './fakeClock.js';
import { fakeKubeClient } from './fakeKubeClient.js';

interface OpenWatch {
  readonly query: Query;
  emit(event: WatchEvent<KubeObject>): void;
  end(): void;
  fail(error: unknown): void;
}

function object(name: string, resourceVersion: string): KubeObject {
  return { metadata: { namespace: 'team', name, resourceVersion } };
}

function bookmark(resourceVersion: string): WatchEvent<KubeObject> {
  return { type: 'BOOKMARK', object: { metadata: { name: '', resourceVersion } } };
}

function page(resourceVersion: string, items: KubeObject[], next = ''): KubeList<KubeObject> {
  return { metadata: { resourceVersion, continue: next }, items };
}

let stop = new AbortController();

afterEach(() => stop.abort(new Error('the test is over')));

/** A reflector over a server whose lists come from `answers`, in turn, the last one for ever. */
function start(answers: (KubeList<KubeObject> | Error)[], options: ReflectorOptions = {}) {
  const lists: Query[] = [];
  const watches: OpenWatch[] = [];
  const clock = createFakeClock();
  const client: KubeClient = fakeKubeClient({
    async list<T>(_path: string, query: Query = {}) {
      const answer = answers[Math.min(lists.length, answers.length - 1)];
      lists.push(query);
      if (answer instanceof Error) throw answer;
      return answer as KubeList<T>;
    },
    async watch<T>(_path: string, query: Query, onEvent: (event: WatchEvent<T>) => void, signal: AbortSignal) {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        watches.push({ query, emit: (event) => onEvent(event as WatchEvent<T>), end: resolve, fail: reject });
      });
    },
  });
  const reflector = createReflector<KubeObject>(client, '/things', { clock, ...options });
  const changes: [string, string | undefined][] = [];
  reflector.onChange((key, changed) => changes.push([key, changed?.metadata.resourceVersion]));
  stop = new AbortController();
  const done = reflector.run(stop.signal);
  return { reflector, lists, watches, clock, changes, done };
}

const cut = new KubeError(0, 'Unreachable', 'terminated');
const expired = new KubeError(410, 'Expired', 'too old');

describe('listing', () => {
  it('reads every page, then watches from where the list ended', async () => {
    const { reflector, lists, watches } = start(
      [page('7', [object('a', '1')], 'more'), page('7', [object('b', '2')])],
      { pageSize: 1 },
    );
    expect(reflector.hasSynced()).toBe(false);
    await reflector.waitForSync(stop.signal);
    await settle();
    expect(lists).toEqual([{ limit: 1 }, { limit: 1, continue: 'more' }]);
    expect(reflector.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(watches[0]?.query).toMatchObject({ resourceVersion: '7', allowWatchBookmarks: true });
  });

  it('falls back to one large answer when the pages expire', async () => {
    const { reflector, lists } = start([page('7', [object('a', '1')], 'more'), expired, page('9', [object('b', '8')])]);
    await reflector.waitForSync(stop.signal);
    expect(lists[2]).toEqual({});
    expect(reflector.list().map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  it('is tried again with growing delays until it succeeds', async () => {
    const down = new KubeError(403, 'Forbidden', 'no');
    const { reflector, clock, lists } = start([down, down, down, page('1', [])]);
    await clock.advance(10_000);
    expect(lists).toHaveLength(4);
    expect(clock.sleeps.slice(0, 3)).toEqual([150, 300, 600]);
    expect(reflector.hasSynced()).toBe(true);
  });

  it('lets a waiting caller give up', async () => {
    const { reflector } = start([new KubeError(403, 'Forbidden', 'no')]);
    const patience = new AbortController();
    const waiting = reflector.waitForSync(patience.signal);
    patience.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('watching', () => {
  it('keeps the copy up to date and tells listeners', async () => {
    const { reflector, watches, changes, clock } = start([page('1', [object('a', '1')])]);
    await clock.advance(0);
    watches[0]?.emit({ type: 'MODIFIED', object: object('a', '2') });
    watches[0]?.emit({ type: 'ADDED', object: object('b', '3') });
    watches[0]?.emit({ type: 'DELETED', object: object('a', '4') });
    expect(changes).toEqual([
      ['team/a', '1'],
      ['team/a', '2'],
      ['team/b', '3'],
      ['team/a', undefined],
    ]);
    expect(reflector.get('team/a')).toBeUndefined();
    expect(Object.isFrozen(reflector.get('team/b')?.metadata)).toBe(true);
  });

  it.each([
    ['cut', cut],
    ['throttled', new KubeError(429, 'TooManyRequests', 'busy')],
  ])('resumes a watch that was %s from the last resourceVersion, without a list', async (_name, error) => {
    const { watches, lists, clock } = start([page('1', [])]);
    await clock.advance(0);
    watches[0]?.emit({ type: 'ADDED', object: object('a', '5') });
    watches[0]?.emit(bookmark('9'));
    watches[0]?.fail(error);
    await clock.advance(1_000);
    expect(watches[1]?.query.resourceVersion).toBe('9');
    expect(lists).toHaveLength(1);
  });

  it('resumes at once when the server ended a watch that lived', async () => {
    const { watches, clock } = start([page('1', [])]);
    await clock.advance(3_000);
    watches[0]?.end();
    await settle();
    expect(watches).toHaveLength(2);
  });

  it('lists anew when its position expired, and tells only what differs', async () => {
    const { watches, changes, clock } = start([
      page('1', [object('a', '1'), object('b', '1'), object('c', '1')]),
      page('9', [object('a', '1'), object('b', '8')]),
    ]);
    await clock.advance(0);
    changes.length = 0;
    watches[0]?.fail(expired);
    await clock.advance(1_000);
    expect(changes).toEqual([
      ['team/c', undefined],
      ['team/b', '8'],
    ]);
    expect(watches[1]?.query.resourceVersion).toBe('9');
  });

  it('lists anew when the watch falls silent, bookmarks included', async () => {
    const { watches, lists, clock } = start([page('1', [])], { stallMs: 10_000, relistMs: 600_000 });
    await clock.advance(9_000);
    watches[0]?.emit(bookmark('2'));
    await clock.advance(9_000);
    expect(lists).toHaveLength(1);
    await clock.advance(1_000);
    expect(lists).toHaveLength(2);
    // A line that the dead connection still delivers is not applied over the newer list.
    watches[0]?.emit({ type: 'ADDED', object: object('ghost', '1') });
    await clock.advance(100);
    expect(watches[1]?.query.resourceVersion).toBe('1');
  });

  it('lists anew from time to time although events arrive', async () => {
    const { watches, lists, clock } = start([page('1', [])], { relistMs: 10_000, stallMs: 60_000 });
    await clock.advance(9_000);
    watches[0]?.emit(bookmark('2'));
    await clock.advance(999);
    expect(lists).toHaveLength(1);
    await clock.advance(1);
    expect(lists).toHaveLength(2);
  });

  it('does not storm a server that ends every watch at once', async () => {
    const { watches, clock, lists } = start([page('1', [])]);
    for (let second = 0; second < 60; second++) {
      await clock.advance(1_000);
      watches.at(-1)?.fail(expired);
    }
    // Delays double from 150 ms up to 22.5 s (chance is 0.5), so a minute holds few turns.
    expect(lists.length).toBeLessThan(10);
    expect(lists.length).toBeGreaterThan(4);
  });

  it('ends when it is told to, in whatever it does', async () => {
    const watching = start([page('1', [])]);
    await watching.clock.advance(0);
    stop.abort(new Error('shutting down'));
    await watching.done;
    const waiting = start([cut]);
    await waiting.clock.advance(0);
    stop.abort(new Error('shutting down'));
    await waiting.done;
    expect(waiting.reflector.hasSynced()).toBe(false);
  });
});
