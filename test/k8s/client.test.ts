import { describe, expect, it } from '@jest/globals';
import { createClient } from '../../k8s/client.js';
import { KubeError, isStatus } from '../../k8s/kubeError.js';
import type { KubeObject, WatchEvent } from '../../k8s/object.js';
import { answer, fakeTransport, streamed, type FakeTransport } from './fakeTransport.js';

function clientOf({ transport }: FakeTransport) {
  return createClient(transport, 'https://server', 'test');
}

async function failureOf(promise: Promise<unknown>): Promise<KubeError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(KubeError);
  return error as KubeError;
}

describe('requests', () => {
  it('carry the method, the query and the kind of patch', async () => {
    const fake = fakeTransport(() => answer(200, { ok: true }));
    const client = clientOf(fake);
    await client.patch('/a', { spec: 1 }, { type: 'apply', fieldManager: 'drover-sync', force: true });
    await client.patch('/a', [], { type: 'json' });
    await client.delete('/a', { uid: 'u1' });
    await client.delete('/a');
    await client.list('/a', { limit: 5 });
    expect(fake.requests).toEqual([
      {
        method: 'PATCH',
        path: '/a',
        query: { fieldManager: 'drover-sync', force: true },
        body: { spec: 1 },
        contentType: 'application/apply-patch+yaml',
      },
      { method: 'PATCH', path: '/a', query: {}, body: [], contentType: 'application/json-patch+json' },
      { method: 'DELETE', path: '/a', body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'u1' } } },
      { method: 'DELETE', path: '/a' },
      { method: 'GET', path: '/a', query: { limit: 5 } },
    ]);
  });

  it.each([
    [404, 'NotFound'],
    [409, 'AlreadyExists'],
    [410, 'Expired'],
    [422, 'Invalid'],
  ])('fail with status %d and the reason of the server', async (status, reason) => {
    const fake = fakeTransport(() => answer(status, { kind: 'Status', reason, message: 'said so' }));
    const error = await failureOf(clientOf(fake).get('/a'));
    expect(error).toMatchObject({ status, reason, message: `GET /a: ${status} ${reason}: said so` });
    expect(isStatus(error, status)).toBe(true);
  });

  it('name what a proxy answers that speaks no JSON', async () => {
    const fake = fakeTransport(() => ({ ...answer(502, ''), text: async () => '<h1>Bad gateway</h1>' }));
    expect((await failureOf(clientOf(fake).get('/a'))).message).toBe('GET /a: 502 Unknown: <h1>Bad gateway</h1>');
  });

  it('fail as Unreachable with the cause in words', async () => {
    const fake = fakeTransport(() => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    });
    const error = await failureOf(clientOf(fake).get('/a'));
    expect(error).toMatchObject({
      status: 0,
      reason: 'Unreachable',
      message: 'GET /a: no answer: connect ECONNREFUSED',
    });
  });

  it('are repeated when the server turns them away unread, but not for ever', async () => {
    const busy = () => answer(429, { reason: 'TooManyRequests', message: 'busy' }, { 'retry-after': '0' });
    const twice = fakeTransport(() => (twice.requests.length < 3 ? busy() : answer(200, { ok: true })));
    await expect(clientOf(twice).get('/a')).resolves.toEqual({ ok: true });
    const always = fakeTransport(busy);
    await expect(failureOf(clientOf(always).get('/a'))).resolves.toMatchObject({ status: 429 });
    expect(always.requests).toHaveLength(5);
  });

  it('reject with the reason of the caller that gave up', async () => {
    const controller = new AbortController();
    const fake = fakeTransport(async (_request, signal) => {
      controller.abort(new Error('shutting down'));
      signal.throwIfAborted();
      return answer(200, {});
    });
    await expect(clientOf(fake).get('/a', controller.signal)).rejects.toThrow('shutting down');
  });
});

describe('watch', () => {
  const added = JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'ä' } } });

  async function watched(parts: (string | Error)[]) {
    const events: WatchEvent<KubeObject>[] = [];
    const fake = fakeTransport(() => streamed(parts));
    const done = clientOf(fake).watch<KubeObject>(
      '/a',
      { resourceVersion: '5' },
      (event) => events.push(event),
      new AbortController().signal,
    );
    return { events, done, requests: fake.requests };
  }

  it('reads events however the stream is cut into chunks, and resolves when the server ends it', async () => {
    const { events, done, requests } = await watched([added.slice(0, 10), `${added.slice(10)}\n\n${added}\n${added}`]);
    await done;
    // The last line has no end: it was cut off.
    expect(events.map(({ object }) => object.metadata.name)).toEqual(['ä', 'ä']);
    expect(requests[0]?.query).toEqual({ resourceVersion: '5', watch: true });
  });

  it('rejects with the status of an ERROR event', async () => {
    const expired = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
    const { events, done } = await watched([`${added}\n${JSON.stringify(expired)}\n`]);
    expect(await failureOf(done)).toMatchObject({ status: 410, reason: 'Expired' });
    expect(events).toHaveLength(1);
  });

  it('rejects as Unreachable when the connection is cut', async () => {
    const { done } = await watched([`${added}\n`, new TypeError('terminated')]);
    expect(await failureOf(done)).toMatchObject({ status: 0, reason: 'Unreachable' });
  });
});
