import { describe, expect, it } from '@jest/globals';
import { cutBytes, type EventSubject, type EventText } from '../../k8s/eventRecord.js';
import { createEventRecorder } from '../../k8s/events.js';
import { KubeError } from '../../k8s/kubeError.js';
import { createFakeClock } from './fakeClock.js';
import { fakeKubeClient } from './fakeKubeClient.js';

const volume: EventSubject = {
  apiVersion: 'sv.sharedvolume.io/v1alpha1',
  kind: 'SharedVolume',
  metadata: { name: 'site', namespace: 'team', uid: 'u1' },
};
const published: EventText = { type: 'Normal', reason: 'Published', message: 'now abc', action: 'Sync' };

interface Sent {
  readonly verb: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

function recorder(refuse: (verb: string) => KubeError | undefined = () => undefined) {
  const sent: Sent[] = [];
  const logged: unknown[] = [];
  const clock = createFakeClock();
  const send = async (verb: string, path: string, body: unknown) => {
    const error = refuse(verb);
    if (error !== undefined) throw error;
    sent.push({ verb, path, body: body as Record<string, unknown> });
  };
  const client = fakeKubeClient({
    create: async <T>(path: string, body: unknown) => (await send('create', path, body)) as T,
    patch: async <T>(path: string, body: unknown) => (await send('patch', path, body)) as T,
  });
  const log = (...entry: unknown[]) => logged.push(entry);
  return {
    events: createEventRecorder(client, { component: 'drover.io/watcher', instance: 'host', log, clock }),
    sent,
    logged,
    clock,
  };
}

describe('events', () => {
  it('say who did what about which object', async () => {
    const { events, sent } = recorder();
    await events.emit(volume, published);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      verb: 'create',
      path: '/apis/events.k8s.io/v1/namespaces/team/events',
      body: {
        type: 'Normal',
        reason: 'Published',
        action: 'Sync',
        note: 'now abc',
        regarding: {
          apiVersion: 'sv.sharedvolume.io/v1alpha1',
          kind: 'SharedVolume',
          namespace: 'team',
          name: 'site',
          uid: 'u1',
        },
        reportingController: 'drover.io/watcher',
        reportingInstance: 'host',
        eventTime: expect.stringMatching(/\.\d{6}Z$/),
      },
    });
  });

  it('about cluster kinds go to the default namespace', async () => {
    const { events, sent } = recorder();
    await events.emit({ ...volume, kind: 'ClusterSharedVolume', metadata: { name: 'site', uid: 'u2' } }, published);
    expect(sent[0]?.path).toBe('/apis/events.k8s.io/v1/namespaces/default/events');
    expect(sent[0]?.body.regarding).not.toHaveProperty('namespace');
  });

  it('that repeat become a series, others do not', async () => {
    const { events, sent } = recorder();
    await Promise.all([
      events.emit(volume, published),
      events.emit(volume, published),
      events.emit(volume, { ...published, message: 'now def' }),
    ]);
    const event = sent.find(({ verb }) => verb === 'create');
    const patches = sent.filter(({ verb }) => verb === 'patch');
    expect(sent).toHaveLength(3);
    expect(patches[0]?.path).toBe(`${event?.path}/${(event?.body.metadata as { name?: string } | undefined)?.name}`);
    expect(patches[0]?.body).toMatchObject({ series: { count: 2 } });
  });

  it('begin anew after a quiet time', async () => {
    const { events, sent, clock } = recorder();
    await events.emit(volume, published);
    await clock.advance(7 * 60_000);
    await events.emit(volume, published);
    expect(sent.map(({ verb }) => verb)).toEqual(['create', 'create']);
  });

  it('that flood are counted and not written', async () => {
    const { events, sent, clock } = recorder();
    for (let index = 0; index < 100; index++) await events.emit(volume, published);
    expect(sent).toHaveLength(10);
    await clock.advance(60_000);
    await events.emit(volume, published);
    expect(sent.at(-1)?.body).toMatchObject({ series: { count: 101 } });
    // Another reason has a budget of its own.
    await events.emit(volume, { ...published, reason: 'Stalled' });
    expect(sent).toHaveLength(12);
  });

  it('that the server dropped are created again', async () => {
    const { events, sent } = recorder((verb) =>
      verb === 'patch' ? new KubeError(404, 'NotFound', 'expired') : undefined,
    );
    await events.emit(volume, published);
    await events.emit(volume, published);
    expect(sent.map(({ verb }) => verb)).toEqual(['create', 'create']);
  });

  it('that cannot be written are logged and disturb nobody', async () => {
    const refused = new KubeError(403, 'Forbidden', 'the namespace is being terminated');
    const { events, logged } = recorder(() => refused);
    await expect(events.emit(volume, published)).resolves.toBeUndefined();
    await events.emit(volume, published);
    expect(logged).toEqual([
      ['the event Published was not written', refused],
      ['the event Published was not written', refused],
    ]);
  });
});

describe('cutBytes', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['abcdefghij', 8, 'abcde…'],
    ['äöüäöü', 8, 'äö…'],
    ['a😀😀😀', 9, 'a😀…'],
  ])('%s within %d bytes', (text, maxBytes, expected) => {
    expect(cutBytes(text, maxBytes)).toBe(expected);
    expect(Buffer.byteLength(cutBytes(text, maxBytes))).toBeLessThanOrEqual(maxBytes);
  });
});
