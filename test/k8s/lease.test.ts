import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../k8s/client.js';
import { KubeError } from '../../k8s/kubeError.js';
import { lead, type LeadOptions } from '../../k8s/lease.js';
import { heldSpec, isHeldByOther, type Lease, type LeaseSpec } from '../../k8s/leaseRecord.js';
import { createFakeClock, settle, type FakeClock } from './fakeClock.js';
import { fakeKubeClient } from './fakeKubeClient.js';

/** The one lease of a server, with optimistic writes. `down` makes requests hang; `failures` makes that many writes fail. */
function leaseServer() {
  let lease: Lease | undefined;
  let version = 0;
  const server = { down: false, failures: 0, spec: () => lease?.spec };
  const store = (spec: LeaseSpec) =>
    (lease = { metadata: { name: 'watcher', resourceVersion: String(++version) }, spec });
  const client: KubeClient = fakeKubeClient({
    async get<T>(_path: string, signal?: AbortSignal) {
      if (server.down)
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('gave up'))));
      if (lease === undefined) throw new KubeError(404, 'NotFound', 'no lease');
      return lease as T;
    },
    async create<T>(_path: string, body: unknown) {
      if (lease !== undefined) throw new KubeError(409, 'AlreadyExists', 'exists');
      return store((body as Lease).spec) as T;
    },
    async patch<T>(_path: string, body: unknown) {
      if (server.failures-- > 0) throw new KubeError(500, 'InternalError', 'etcd');
      const { metadata, spec } = body as Lease;
      if (lease === undefined || metadata.resourceVersion !== lease.metadata.resourceVersion)
        throw new KubeError(409, 'Conflict', 'changed');
      return store({ ...lease.spec, ...spec }) as T;
    },
  });
  return { client, server, steal: (spec: LeaseSpec) => store(spec) };
}

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort(new Error('the test is over'));
});

function candidate(client: KubeClient, clock: FakeClock, identity: string, options: Partial<LeadOptions> = {}) {
  const stop = new AbortController();
  stops.push(stop);
  const state = { leading: false, told: undefined as unknown, outcome: 'running', finish: () => undefined as void };
  const work = async (signal: AbortSignal) => {
    state.leading = true;
    await new Promise<void>((resolve) => {
      state.finish = resolve;
      signal.addEventListener('abort', () => {
        state.told = signal.reason;
        resolve();
      });
    });
    state.leading = false;
  };
  const promise = lead(
    client,
    { namespace: 'drover', name: 'watcher', identity, clock, ...options },
    work,
    stop.signal,
  );
  promise.then(
    () => (state.outcome = 'ended'),
    (error: unknown) => (state.outcome = String(error)),
  );
  return { state, stop, promise };
}

describe('lead', () => {
  it('takes a lease that nobody has, renews it, and gives it back', async () => {
    const { client, server } = leaseServer();
    const clock = createFakeClock();
    const { state, stop, promise } = candidate(client, clock, 'one');
    await clock.advance(0);
    expect(state.leading).toBe(true);
    expect(server.spec()).toMatchObject({ holderIdentity: 'one', leaseDurationSeconds: 15, leaseTransitions: 0 });
    await clock.advance(60_000);
    expect(state.leading).toBe(true);
    stop.abort();
    await promise;
    expect(server.spec()?.holderIdentity).toBe('');
  });

  it('waits while another leads, and takes over at once when it gives the lease back', async () => {
    const { client, server } = leaseServer();
    const clock = createFakeClock();
    const one = candidate(client, clock, 'one');
    await clock.advance(0);
    const two = candidate(client, clock, 'two');
    await clock.advance(60_000);
    expect([one.state.leading, two.state.leading]).toEqual([true, false]);
    one.stop.abort();
    await clock.advance(2_200);
    expect([one.state.outcome, two.state.leading]).toEqual(['ended', true]);
    expect(server.spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  it('takes over from a dead leader only after the whole lease time, by its own clock', async () => {
    const { client, steal } = leaseServer();
    const clock = createFakeClock();
    // Times of a clock that is far ahead must not matter.
    steal({ holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2099-01-01T00:00:00.000000Z' });
    const { state } = candidate(client, clock, 'two');
    await clock.advance(14_900);
    expect(state.leading).toBe(false);
    await clock.advance(2_300);
    expect(state.leading).toBe(true);
  });

  it('stops by itself, and rejects, when the lease cannot be renewed in time', async () => {
    const { client, server } = leaseServer();
    const clock = createFakeClock();
    const { state } = candidate(client, clock, 'one');
    await clock.advance(1_000);
    server.down = true;
    await clock.advance(8_900);
    expect(state.leading).toBe(true);
    await clock.advance(200);
    expect(state.leading).toBe(false);
    expect(state.told).toEqual(new Error('this process no longer leads'));
    expect(state.outcome).toBe('Error: lost the lease drover/watcher: it could not be renewed for 10000 ms');
  });

  it('survives a short outage', async () => {
    const { client, server } = leaseServer();
    const clock = createFakeClock();
    const { state } = candidate(client, clock, 'one');
    server.failures = 3;
    await clock.advance(30_000);
    expect(state.leading).toBe(true);
    expect(server.spec()?.holderIdentity).toBe('one');
  });

  it('stops when it finds another holder', async () => {
    const { client, steal, server } = leaseServer();
    const clock = createFakeClock();
    const { state } = candidate(client, clock, 'one');
    await clock.advance(0);
    steal({ holderIdentity: 'two', leaseDurationSeconds: 15 });
    await clock.advance(2_000);
    expect(state.outcome).toContain('lost the lease drover/watcher to another holder');
    expect(server.spec()?.holderIdentity).toBe('two');
  });

  it('does not wait for work that ignores the signal once the lease is lost', async () => {
    const { client, steal } = leaseServer();
    const clock = createFakeClock();
    const stop = new AbortController();
    stops.push(stop);
    const stuck = lead(
      client,
      { namespace: 'drover', name: 'watcher', identity: 'one', clock },
      () => new Promise(() => undefined),
      stop.signal,
    );
    const outcome = stuck.catch((error: unknown) => String(error));
    await clock.advance(0);
    steal({ holderIdentity: 'two', leaseDurationSeconds: 15 });
    await clock.advance(2_000);
    await expect(outcome).resolves.toContain('lost the lease');
  });

  it('gives the lease back when the work ends or fails', async () => {
    const { client, server } = leaseServer();
    const clock = createFakeClock();
    const done = candidate(client, clock, 'one');
    await clock.advance(0);
    done.state.finish();
    await done.promise;
    expect(server.spec()?.holderIdentity).toBe('');
    const failing = async () => {
      throw new Error('work failed');
    };
    const promise = lead(
      client,
      { namespace: 'drover', name: 'watcher', identity: 'two', clock },
      failing,
      new AbortController().signal,
    );
    await expect(promise).rejects.toThrow('work failed');
    expect(server.spec()?.holderIdentity).toBe('');
  });

  it('ends without having led when it is stopped before', async () => {
    const { client, steal } = leaseServer();
    const clock = createFakeClock();
    steal({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    const { state, stop, promise } = candidate(client, clock, 'one');
    await settle();
    stop.abort();
    await promise;
    expect(state.leading).toBe(false);
  });
});

describe('the record', () => {
  const lease = (spec: LeaseSpec): Lease => ({ metadata: { name: 'watcher' }, spec });

  it.each([
    ['nobody', {}, 0, false],
    ['given back', { holderIdentity: '', leaseDurationSeconds: 15 }, 0, false],
    ['oneself', { holderIdentity: 'me', leaseDurationSeconds: 15 }, 0, false],
    ['another, fresh', { holderIdentity: 'you', leaseDurationSeconds: 15 }, 14_999, true],
    ['another, expired', { holderIdentity: 'you', leaseDurationSeconds: 15 }, 15_000, false],
  ])('held by %s', (_name, spec, unchangedMs, expected) => {
    expect(isHeldByOther(lease(spec), 'me', unchangedMs)).toBe(expected);
  });

  it('keeps the time of taking on renewal, and counts changes of the holder', () => {
    const now = new Date('2026-02-03T04:05:06.789Z');
    const first = heldSpec({}, 'me', 15_000, now);
    expect(first).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: '2026-02-03T04:05:06.789000Z',
      renewTime: '2026-02-03T04:05:06.789000Z',
      leaseTransitions: 0,
    });
    const later = new Date('2026-02-03T04:05:08.000Z');
    expect(heldSpec(first, 'me', 15_000, later)).toEqual({ ...first, renewTime: '2026-02-03T04:05:08.000000Z' });
    expect(heldSpec(first, 'you', 15_000, later)).toMatchObject({
      acquireTime: '2026-02-03T04:05:08.000000Z',
      leaseTransitions: 1,
    });
  });
});
