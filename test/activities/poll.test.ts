import { afterEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { lookAtSource, type Look } from '../../activities/look.js';
import { createPollActivities, type PollPorts } from '../../activities/poll.js';
import { DroverError } from '../../domain/errors.js';
import { POLL_RUN_MS } from '../../domain/policy.js';
import type { VolumeObject } from '../../k8s/volume.js';
import { createFakeClock, settle, type FakeClock } from '../k8s/fakeClock.js';
import { fakeKubeClient } from '../k8s/fakeKubeClient.js';
import { fakeReflector } from '../k8s/fakeReflector.js';
import { createFakeSource, found, gitVolume } from './fakes.js';

const MINUTE_MS = 60_000;
const PUBLISHED = { revision: 'rev-0', digest: '', snapshot: '', time: '2026-01-01T00:00:00Z' };
const unchanged = found('unchanged', 'rev-0');
const failed: Look = { kind: 'failed', error: new DroverError('SourceUnreachable', 'no answer') };

/** A volume with data, which is looked at every minute; the first time after half of one, since chance is always 0.5. */
function volume(name = 'site', change: Partial<VolumeObject['spec']> = {}, generation = 1): VolumeObject {
  const metadata = { name, uid: `uid-${name}`, generation, resourceVersion: `${generation}` };
  const spec = { syncInterval: '1m', source: { git: { url: `https://${name}.example.com/x.git` } }, ...change };
  return gitVolume(spec, metadata, { published: PUBLISHED });
}

type LookFunction = (resource: VolumeObject, signal: AbortSignal) => Look | Promise<Look>;

/** A poller that runs, with every look, request and report in the order in which they happened. */
function start(volumes: readonly VolumeObject[], look: LookFunction, change: Partial<PollPorts> = {}) {
  const clock = createFakeClock();
  const reflector = fakeReflector(volumes);
  const looked: [string, number][] = [];
  const requests: unknown[] = [];
  const reports: string[] = [];
  const warnings: string[] = [];
  const lateness: number[] = [];
  const ports: PollPorts = {
    exportName: 'local',
    exportPath: '/nowhere',
    privateRoot: '/nowhere',
    graceMs: 0,
    kube: fakeKubeClient({}),
    createSource: ({ url }) => ({ ...createFakeSource(), host: new URL(url).host }),
    confirmTry: () => Promise.resolve(),
    createReflectors: () => [reflector],
    requestSync: async ({ name }, request) => void requests.push({ name, ...request }),
    reportLook: async (_resource, { kind }) => void reports.push(kind),
    observePoll: (_kind, latenessMs) => void lateness.push(latenessMs),
    now: () => new Date(),
    warn: (message, { error }) => void warnings.push(`${message}: ${String(error)}`),
    clock,
    ...change,
  };
  const { pollSources } = createPollActivities(ports, async (_ports, resource, signal) => {
    looked.push([resource.metadata.name, clock.nowMs()]);
    return look(resource, signal);
  });
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const done = environment.run(pollSources);
  // Looked at in the test itself; until then a rejection is nobody's fault.
  done.catch(() => undefined);
  running = { clock, environment, done };
  return { clock, reflector, looked, requests, reports, warnings, lateness, done, environment };
}

let running: { clock: FakeClock; environment: MockActivityEnvironment; done: Promise<unknown> } | undefined;
afterEach(async () => {
  running?.environment.cancel();
  await running?.clock.advance(1_000);
  await running?.done.catch(() => undefined);
});

describe('a source that does not change', () => {
  it('is looked at at its interval, and no sync is requested', async () => {
    const { clock, looked, requests, lateness } = start([volume()], () => unchanged);

    await clock.advance(4 * MINUTE_MS);

    expect(looked.map(([, timeMs]) => timeMs)).toEqual([30_000, 90_000, 150_000, 210_000]);
    expect(requests).toEqual([]);
    expect(lateness).toEqual([0, 0, 0, 0]);
  });

  it('is looked at at once when nothing is published yet', async () => {
    const { status: _, ...fresh } = volume();
    const { clock, looked } = start([fresh], () => unchanged);

    await clock.advance(0);

    expect(looked).toEqual([['site', 0]]);
  });
});

describe('a source that changes', () => {
  it('requests exactly one sync', async () => {
    let published = 'rev-0';
    const { clock, requests, reports } = start(
      [volume()],
      () => found(published === 'rev-1' ? 'unchanged' : 'changed', 'rev-1'),
      { requestSync: async (_volume, request) => (requests.push(request), void (published = 'rev-1')) },
    );

    await clock.advance(10 * MINUTE_MS);

    expect(requests).toEqual([{ reason: 'source-changed', revision: 'rev-1', generation: 1, credentialsVersion: '' }]);
    expect(reports.slice(0, 2)).toEqual(['changed', 'unchanged']);
  });

  it('is asked for again, less and less often, while its sync does not come to an end', async () => {
    const { clock, looked, requests } = start([volume()], () => found('changed', 'rev-1'));

    await clock.advance(20 * MINUTE_MS);

    const times = looked.map(([, timeMs]) => timeMs / MINUTE_MS);
    expect(times).toEqual([0.5, 1.5, 3.5, 7.5, 12.5, 17.5]);
    expect(requests).toHaveLength(6);
  });

  it('is not slowed down by new revisions', async () => {
    let count = 0;
    const { clock, looked } = start([volume()], () => found('changed', `rev-${++count}`));

    await clock.advance(5 * MINUTE_MS);

    expect(looked.map(([, timeMs]) => timeMs / MINUTE_MS)).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
  });

  it('is found again within a minute when Temporal did not take the request, however long the interval is', async () => {
    let refusals = 1;
    const { clock, looked, requests, warnings } = start(
      [volume('site', { syncInterval: '10h' })],
      () => found('changed', 'rev-1'),
      {
        requestSync: async (_volume, request) => {
          if (refusals-- > 0) throw new Error('Temporal is away');
          requests.push(request);
        },
      },
    );

    await clock.advance(5 * 60 * MINUTE_MS + MINUTE_MS);

    expect(looked.map(([, timeMs]) => timeMs / MINUTE_MS)).toEqual([300, 301]);
    expect(requests).toHaveLength(1);
    expect(warnings).toEqual(['a look at a source failed: Error: Temporal is away']);
  });
});

describe('sources that fail', () => {
  it('are asked less often, and others are not', async () => {
    const { clock, looked } = start([volume('bad'), volume('good')], ({ metadata }) =>
      metadata.name === 'bad' ? failed : unchanged,
    );

    await clock.advance(10 * MINUTE_MS);

    const timesOf = (name: string) => looked.filter(([of]) => of === name).map(([, timeMs]) => timeMs / MINUTE_MS);
    expect(timesOf('bad')).toEqual([0.5, 2.5, 6.5]);
    expect(timesOf('good')).toEqual([0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5]);
  });

  it('return to their interval when they answer', async () => {
    let failures = 2;
    const { clock, looked } = start([volume()], () => (failures-- > 0 ? failed : unchanged));

    await clock.advance(9 * MINUTE_MS);

    expect(looked.map(([, timeMs]) => timeMs / MINUTE_MS)).toEqual([0.5, 2.5, 6.5, 7.5, 8.5]);
  });

  it('take no more than their share of the slots', async () => {
    const onOneHost = Array.from({ length: 9 }, (_, index) =>
      volume(`slow-${index}`, { source: { git: { url: `https://slow.example.com/${index}.git` } } }),
    );
    const { clock, looked } = start([...onOneHost, volume('other')], ({ metadata }) =>
      metadata.name === 'other' ? unchanged : new Promise<Look>(() => undefined),
    );

    await clock.advance(MINUTE_MS);

    const slow = [0, 1, 2, 3, 4, 5].map((index) => `slow-${index}`);
    expect(looked.map(([name]) => name).sort()).toEqual(['other', ...slow]);
  });

  it('say so when their address is refused', async () => {
    const looks: Look[] = [];
    const refused = new DroverError('SourceRefused', 'the scheme "ftp" is not supported');
    const createSource = (): never => {
      throw refused;
    };
    const { clock } = start(
      [volume()],
      (resource, signal) => lookAtSource({ ...basePorts(), createSource }, resource, signal),
      { createSource, reportLook: async (_resource, look) => void looks.push(look) },
    );

    await clock.advance(MINUTE_MS);

    expect(looks).toEqual([{ kind: 'failed', error: refused }]);
  });
});

describe('a volume', () => {
  it('whose spec changed is looked at at once', async () => {
    const { clock, looked, reflector } = start([volume()], () => failed);
    await clock.advance(2 * MINUTE_MS);

    reflector.put(volume('site', {}, 2));
    await clock.advance(0);

    expect(looked.map(([, timeMs]) => timeMs)).toEqual([30_000, 120_000]);
  });

  it('whose spec changes during a look is looked at once more, and the old answer is dropped', async () => {
    let answer: (look: Look) => void = () => undefined;
    const { clock, looked, reflector, requests, reports } = start([volume()], ({ metadata }) =>
      metadata.generation === 1 ? new Promise<Look>((resolve) => (answer = resolve)) : unchanged,
    );
    await clock.advance(30_000);

    reflector.put(volume('site', {}, 2));
    await settle();
    answer(found('changed', 'of the old spec'));
    await settle();

    expect(looked.map(([, timeMs]) => timeMs)).toEqual([30_000, 30_000]);
    expect(requests).toEqual([]);
    expect(reports).toEqual(['unchanged']);
  });

  it.each<[string, Partial<VolumeObject['spec']>]>([
    ['paused', { paused: true }],
    ['not supported yet', { source: { http: { url: 'https://example.com/x.tar' } } }],
    ['invalid', { syncInterval: 'soon' }],
  ])('that is %s is not looked at', async (_name, spec) => {
    const { clock, looked, reports } = start([volume('odd', spec), volume('plain')], () => unchanged);

    await clock.advance(MINUTE_MS);

    expect(looked.map(([name]) => name)).toEqual(['plain']);
    expect(reports).toEqual(['unchanged']);
  });

  it('that is gone or being deleted is forgotten, also while a look at it is under way', async () => {
    const answers: ((look: Look) => void)[] = [];
    const { clock, looked, reflector, requests, reports } = start(
      [volume('gone'), volume('going')],
      () => new Promise<Look>((resolve) => answers.push(resolve)),
    );
    await clock.advance(30_000);
    const { metadata, ...going } = volume('going');

    reflector.remove('demo/gone');
    reflector.put({ ...going, metadata: { ...metadata, resourceVersion: '2', deletionTimestamp: 'now' } });
    await settle();
    for (const answer of answers) answer(found('changed', 'rev-1'));
    await clock.advance(10 * MINUTE_MS);

    expect(looked).toHaveLength(2);
    expect([requests, reports]).toEqual([[], []]);
  });

  it('that is new is looked at too', async () => {
    const { clock, looked, reflector } = start([], () => unchanged);
    await clock.advance(MINUTE_MS);

    reflector.put(volume());
    await clock.advance(30_000);

    expect(looked).toEqual([['site', 90_000]]);
  });
});

describe('the end', () => {
  it('comes within a second of cancellation although a look hangs, and nothing sleeps on', async () => {
    const { clock, environment, done, looked } = start([volume()], () => new Promise<Look>(() => undefined));
    await clock.advance(30_000);
    expect(looked).toHaveLength(1);

    environment.cancel();
    await clock.advance(1_000);

    await expect(done).rejects.toThrow('CANCELLED');
    expect(clock.sleeping()).toBe(0);
  });

  it('tells looks that are under way, and reports nothing that they say then', async () => {
    const { clock, environment, done, reports, warnings } = start(
      [volume()],
      (_resource, signal) =>
        new Promise<Look>((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'ended' }))),
    );
    await clock.advance(30_000);

    environment.cancel();

    await expect(done).rejects.toThrow('CANCELLED');
    expect([reports, warnings]).toEqual([[], []]);
    expect(clock.sleeping()).toBe(0);
  });

  it('comes by itself after a day, so that the history of its workflow stays short', async () => {
    const { clock, done } = start([volume('site', { syncInterval: '9h' })], () => unchanged);

    await clock.advance(POLL_RUN_MS + 1_000);

    await expect(done).resolves.toBeUndefined();
    expect(clock.sleeping()).toBe(0);
  }, 30_000);

  it('comes with an error when a watch fails, so that Temporal starts the poller anew', async () => {
    const broken = { ...fakeReflector<VolumeObject>([]), run: () => Promise.reject(new Error('the watch broke')) };
    const { clock, done } = start([], () => unchanged, { createReflectors: () => [broken] });

    await clock.advance(1_000);

    await expect(done).rejects.toMatchObject({ type: 'Internal', message: 'the watch broke' });
  });
});

function basePorts() {
  const unused = fakeKubeClient({});
  return {
    exportName: 'local',
    exportPath: '',
    privateRoot: '',
    graceMs: 0,
    kube: unused,
    confirmTry: () => Promise.resolve(),
  };
}
