import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createMoverActivities, type MoverActivities } from '../../activities/mover.js';
import { DroverError } from '../../domain/errors.js';
import type { Preview, PreviewJob } from '../../domain/preview.js';
import type { Resolution, SyncStep } from '../../domain/sync.js';
import { createMoverSetup, VOLUME, VOLUME_PATH, type MoverSetup } from './fakes.js';

const REV1 = '1'.repeat(40);
const REV2 = '2'.repeat(40);

let setup: MoverSetup;
let mover: MoverActivities;
let root: string;
beforeEach(async () => {
  setup = await createMoverSetup();
  mover = createMoverActivities(setup.ports);
  root = join(setup.ports.exportPath, 'demo.site');
  setup.source.revisions.set(REV1, { 'a.txt': 'one', 'dir/b.txt': 'same' });
  setup.source.revisions.set(REV2, { 'a.txt': 'two', 'dir/b.txt': 'same', 'c.txt': 'new' });
  setup.source.head = REV1;
});
afterEach(() => setup.remove());

let activities = 0;

/** Runs one step as a worker would; each call is another activity. */
function run<Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
  return environmentOf({ activityId: String(++activities) }).run(activity, input);
}

function environmentOf(info: { activityId?: string; attempt?: number }): MockActivityEnvironment {
  return new MockActivityEnvironment({ attempt: 1, ...info }, { logger: new DefaultLogger('ERROR') });
}

async function resolveTarget(): Promise<SyncStep> {
  const resolution = await run(mover.resolve, { volume: VOLUME, isForced: true });
  if (resolution.outcome !== 'changed') throw new Error(`nothing to sync: ${resolution.outcome}`);
  return { volume: VOLUME, target: resolution.target };
}

async function syncOnce(): Promise<SyncStep> {
  const step = await resolveTarget();
  if (step.target.snapshot === undefined) {
    await run(mover.diff, step);
    await run(mover.fetch, step);
    await run(mover.verify, step);
  }
  await run(mover.publish, step);
  await run(mover.prune, step);
  return step;
}

function read(path: string): Promise<string> {
  return readFile(join(root, 'data', path), 'utf8');
}

describe('a sync, step by step', () => {
  it('publishes a revision and leaves nothing staged', async () => {
    await syncOnce();

    expect(await read('a.txt')).toBe('one');
    expect(await read('dir/b.txt')).toBe('same');
    expect(await readdir(join(root, 'staging'))).toEqual([]);
    expect(await readdir(join(root, 'trash'))).toEqual([]);
    expect(await readdir(setup.ports.privateRoot)).toEqual([]);
  });

  it('counts what changes and writes only that', async () => {
    await syncOnce();
    const before = await stat(join(root, 'data/dir/b.txt'));
    setup.source.head = REV2;
    setup.source.calls.length = 0;

    const step = await resolveTarget();
    const { facts } = await run(mover.diff, step);
    await run(mover.fetch, step);
    await run(mover.verify, step);
    const { published, snapshots } = await run(mover.publish, step);

    expect(facts.delta).toEqual({ files: 3, bytes: 10, added: 1, changed: 1, deleted: 0, bytesToWrite: 6 });
    expect(setup.source.calls).toEqual(['resolve', `list ${REV2}`, 'write a.txt c.txt']);
    expect((await stat(join(root, 'data/dir/b.txt'))).ino).toBe(before.ino);
    expect(published).toMatchObject({ revision: REV2, files: 3, bytes: 10 });
    expect(snapshots.map(({ revision }) => revision)).toEqual([REV2, REV1]);
  });

  it('finds an unchanged source with one question and no write', async () => {
    await syncOnce();
    setup.source.calls.length = 0;

    const resolution = await run(mover.resolve, { volume: VOLUME, isForced: false });

    expect(resolution).toMatchObject({ outcome: 'unchanged', publication: { published: { revision: REV1 } } });
    expect(setup.source.calls).toEqual(['resolve']);
  });

  it('goes back to a kept revision without asking the source for content', async () => {
    await syncOnce();
    setup.source.head = REV2;
    await syncOnce();
    setup.setVolume({ pin: REV1 });
    setup.source.calls.length = 0;

    await syncOnce();

    expect(await read('a.txt')).toBe('one');
    expect(setup.source.calls).toEqual([`compact ${REV1} ${REV2}`]);
  });

  it('repeats any step without harm', async () => {
    const step = await resolveTarget();
    for (const activity of [mover.diff, mover.fetch, mover.verify, mover.publish, mover.prune, mover.prune]) {
      await run<SyncStep, unknown>(activity, step);
      if (activity !== mover.prune) await run<SyncStep, unknown>(activity, step);
    }

    expect(await read('a.txt')).toBe('one');
    expect(await readdir(join(root, 'data/..snapshots'))).toHaveLength(1);
  });

  it('lists again when what was staged is gone', async () => {
    const step = await resolveTarget();
    await run(mover.diff, step);
    await run(mover.concede, { volume: VOLUME });

    await run(mover.fetch, step);
    await run(mover.verify, step);
    await run(mover.publish, step);

    expect(await read('a.txt')).toBe('one');
  });

  it('gives up also when it was killed while it claimed its directory', async () => {
    await mkdir(root);
    await writeFile(join(root, 'marker.json'), JSON.stringify({ uid: VOLUME.uid }));
    const refusal = { generation: 1, credentialsVersion: '' };

    await run(mover.concede, { volume: VOLUME, refusal });

    expect(await readdir(root)).toEqual(['marker.json', 'refusal.json']);
  });

  it('does not publish what is not staged', async () => {
    const step = await resolveTarget();

    await expect(run(mover.publish, step)).rejects.toMatchObject({ type: 'VerificationFailed' });
    await expect(run(mover.verify, step)).rejects.toMatchObject({ type: 'VerificationFailed' });
  });

  it('reports names that the layout needs', async () => {
    setup.source.revisions.set(REV1, { '..data/x': '1', '..snapshots': '2', ok: '3' });

    const { facts } = await run(mover.diff, await resolveTarget());

    expect(facts.reservedNames).toEqual(['..data', '..snapshots']);
  });
});

describe('resolve', () => {
  it.each<[string, () => void, Resolution['outcome']]>([
    ['a resource that is gone', () => setup.objects.delete(VOLUME_PATH), 'gone'],
    ['a re-created resource', () => setup.setVolume({}, { uid: 'another' }), 'gone'],
    [
      'a resource that is being deleted',
      () => setup.setVolume({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      'gone',
    ],
    ['a paused resource', () => setup.setVolume({ paused: true }), 'paused'],
  ])('has nothing to do for %s', async (_name, prepare, outcome) => {
    prepare();

    expect(await run(mover.resolve, { volume: VOLUME, isForced: true })).toEqual({ outcome });
    expect(setup.source.calls).toEqual([]);
  });

  it('refuses what was given up, until something changes or somebody asks', async () => {
    await syncOnce();
    setup.source.head = REV2;
    const key = { revision: REV2, generation: 1, credentialsVersion: '' };
    await run(mover.concede, { volume: VOLUME, refusal: key });

    const ask = async (isForced: boolean): Promise<string> =>
      (await run(mover.resolve, { volume: VOLUME, isForced })).outcome;
    expect(await ask(false)).toBe('refused');
    expect(await ask(true)).toBe('changed');
    setup.setVolume({}, { generation: 2 });
    expect(await ask(false)).toBe('changed');
  });

  it('fails with a reason of the vocabulary as the type', async () => {
    setup.source.failure = new DroverError('AuthFailed', 'refused');

    await expect(run(mover.resolve, { volume: VOLUME, isForced: true })).rejects.toMatchObject({
      type: 'AuthFailed',
      message: 'refused',
    });
  });

  it.each([
    [1, false],
    [2, false],
    [3, true],
  ])('gives an unreachable source up at the third try: %d', async (attempt, nonRetryable) => {
    setup.source.failure = new DroverError('SourceUnreachable', 'no answer');
    const environment = environmentOf({ attempt });

    const resolving = environment.run(mover.resolve, { volume: VOLUME, isForced: true });

    await expect(resolving).rejects.toMatchObject({ type: 'SourceUnreachable', nonRetryable });
  });

  it('calls an error that nobody foresaw by its name', async () => {
    setup.source.failure = Object.assign(new Error('disk on fire'), { code: 'EIO' });
    await expect(run(mover.resolve, { volume: VOLUME, isForced: true })).rejects.toMatchObject({
      type: 'ExportUnreachable',
    });

    setup.source.failure = new Error('surprise');
    await expect(run(mover.resolve, { volume: VOLUME, isForced: true })).rejects.toMatchObject({ type: 'Internal' });
  });
});

describe('a plan', () => {
  const planOf = async (): Promise<string> => (await resolveTarget()).target.plan;

  it('is the same as long as nothing moves, and another one when the source does', async () => {
    await syncOnce();
    setup.source.head = REV2;
    const plan = await planOf();

    expect(plan).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await planOf()).toBe(plan);
    setup.source.revisions.set('3'.repeat(40), {});
    setup.source.head = '3'.repeat(40);
    expect(await planOf()).not.toBe(plan);
  });

  it('is used up once it was published: the same change later is another plan', async () => {
    await syncOnce();
    setup.source.head = REV2;
    const plan = await planOf();
    await syncOnce();
    setup.source.head = REV1;
    await syncOnce();
    setup.source.head = REV2;

    expect(await planOf()).not.toBe(plan);
  });

  it('comes with what the resource says is approved', async () => {
    setup.setVolume({}, { annotations: { 'drover.io/approved-plan': 'sha256:x' } });

    expect((await resolveTarget()).target.approvedPlan).toBe('sha256:x');
  });

  it('for a kept snapshot is compared without asking the source', async () => {
    await syncOnce();
    setup.source.head = REV2;
    await syncOnce();
    setup.source.head = REV1;
    const step = await resolveTarget();
    setup.source.calls.length = 0;

    const { facts } = await run(mover.diff, step);

    expect(step.target.snapshot).toBeDefined();
    expect(facts.delta).toMatchObject({ files: 2, added: 0, changed: 1, deleted: 1 });
    expect(setup.source.calls).toEqual([]);
  });

  it('says which required files are missing', async () => {
    setup.setVolume({ gates: { requiredFiles: ['a.txt', 'conf/x.yaml', 'dir'] } });

    const { facts } = await run(mover.diff, await resolveTarget());

    // A directory is no file.
    expect(facts.missingFiles).toEqual(['conf/x.yaml', 'dir']);
  });
});

describe('preview', () => {
  const preview = (change: Partial<PreviewJob> = {}): Promise<Preview> =>
    run(mover.preview, { volume: VOLUME, exportName: 'local', limit: 10, ...change });

  it('says what the first sync would do, before there is anything', async () => {
    expect(await preview()).toMatchObject({
      revision: REV1,
      plan: expect.stringMatching(/^sha256:/),
      delta: { files: 2, added: 2, changed: 0, deleted: 0 },
      changes: [
        { kind: 'added', path: 'a.txt', bytes: 3 },
        { kind: 'added', path: 'dir/b.txt', bytes: 4 },
      ],
      isComplete: true,
    });
    expect(await readdir(setup.ports.exportPath)).toEqual([]);
    expect(await readdir(setup.ports.privateRoot)).toEqual([]);
  });

  it('has the plan of the run that would follow, and changes nothing on the export', async () => {
    await syncOnce();
    setup.source.head = REV2;
    const before = await readdir(root, { recursive: true });

    const { plan, from, changes } = await preview();

    expect(plan).toBe((await resolveTarget()).target.plan);
    expect(from).toBe(REV1);
    expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['changed a.txt', 'added c.txt']);
    expect(await readdir(root, { recursive: true })).toEqual(before);
  });

  it('does not disturb a run beside it', async () => {
    const step = await resolveTarget();
    await run(mover.diff, step);
    await run(mover.fetch, step);

    await preview();

    await run(mover.verify, step);
    await run(mover.publish, step);
    expect(await read('a.txt')).toBe('one');
  });

  it('says what would hold the sync', async () => {
    await syncOnce();
    setup.setVolume({ gates: { maxDeleteFiles: 0 } });
    setup.source.revisions.set(REV2, { 'a.txt': 'one' });
    setup.source.head = REV2;

    expect(await preview()).toMatchObject({ veto: { reason: 'DeleteLimitExceeded' }, bytesToDelete: 4 });
  });

  it('has no plan when there is nothing to do', async () => {
    await syncOnce();

    const { plan, veto, changes } = await preview();

    expect([plan, veto, changes]).toEqual([undefined, undefined, []]);
  });

  it('reads a kept snapshot instead of asking the source for its files', async () => {
    await syncOnce();
    setup.source.head = REV2;
    await syncOnce();
    setup.source.head = REV1;
    setup.source.calls.length = 0;

    expect((await preview()).changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'changed a.txt',
      'deleted c.txt',
    ]);
    expect(setup.source.calls).toEqual(['resolve']);
  });

  it('does not look into a directory of somebody else', async () => {
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'marker.json'), '{"uid":"somebody-else"}');

    await expect(preview()).rejects.toMatchObject({ type: 'ForeignDirectory' });
  });
});

describe('a directory that is not the volume’s own', () => {
  beforeEach(async () => {
    await mkdir(join(root, 'data'), { recursive: true });
    await writeFile(join(root, 'marker.json'), '{"uid":"somebody-else"}');
    await writeFile(join(root, 'data/precious'), 'theirs');
  });

  it('is not touched', async () => {
    const step = await resolveTarget();

    await expect(run(mover.diff, step)).rejects.toMatchObject({ type: 'ForeignDirectory' });
    await run(mover.concede, { volume: VOLUME, refusal: { generation: 1, credentialsVersion: '' } });
    await run(mover.retire, { volume: VOLUME, deletionPolicy: 'Delete' });

    expect(await read('precious')).toBe('theirs');
    expect(await readdir(root)).toEqual(['data', 'marker.json']);
  });

  it('is left in peace by the poller’s requests', async () => {
    expect(await run(mover.resolve, { volume: VOLUME, isForced: false })).toMatchObject({ outcome: 'refused' });
  });

  it('is taken over when the resource says so about itself', async () => {
    setup.setVolume({}, { annotations: { 'drover.io/adopt': VOLUME.uid } });

    await syncOnce();

    expect(await read('a.txt')).toBe('one');
    expect(await read('precious')).toBe('theirs');
  });

  it('with the very content that is wanted is taken over without fetching it, and then goes with the resource', async () => {
    await rm(root, { recursive: true });
    await syncOnce();
    await writeFile(join(root, 'marker.json'), '{"uid":"an-earlier-life"}');
    setup.setVolume({}, { annotations: { 'drover.io/adopt': VOLUME.uid } });
    setup.source.calls.length = 0;

    await syncOnce();

    expect(await readFile(join(root, 'marker.json'), 'utf8')).toContain(VOLUME.uid);
    expect(setup.source.calls).toEqual(['resolve', `compact ${REV1}`]);
    expect(await run(mover.retire, { volume: VOLUME, deletionPolicy: 'Delete' })).toBe(true);
  });

  it('is not taken over by an annotation for another life of the resource', async () => {
    setup.setVolume({}, { annotations: { 'drover.io/adopt': 'an-earlier-uid' } });

    await expect(run(mover.diff, await resolveTarget())).rejects.toMatchObject({ type: 'ForeignDirectory' });
  });
});

describe('retire', () => {
  it('removes the directory', async () => {
    await syncOnce();

    expect(await run(mover.retire, { volume: VOLUME, deletionPolicy: 'Delete' })).toBe(true);

    expect(existsSync(root)).toBe(false);
  });

  it('fails while the export is not there', async () => {
    const elsewhere = createMoverActivities({ ...setup.ports, exportPath: join(setup.ports.exportPath, 'missing') });

    await expect(run(elsewhere.retire, { volume: VOLUME, deletionPolicy: 'Delete' })).rejects.toMatchObject({
      type: 'ExportUnreachable',
    });
  });
});

describe('a try that was given to another mover before it took the volume over', () => {
  const stale = (): MoverActivities =>
    createMoverActivities({
      ...setup.ports,
      confirmTry: () => Promise.reject(new DroverError('Fenced', 'the step was given to another mover')),
    });

  it('does not go back to an older snapshot', async () => {
    await syncOnce();
    setup.source.head = REV2;
    await syncOnce();
    setup.setVolume({ pin: REV1 });
    const step = await resolveTarget();

    await expect(run(stale().publish, step)).rejects.toMatchObject({ type: 'Fenced' });

    expect(await read('a.txt')).toBe('two');
    expect(await readdir(join(root, 'staging'))).toEqual([]);
  });

  it('leaves what the newer try has staged', async () => {
    const step = await resolveTarget();
    await run(mover.diff, step);
    await expect(run(stale().diff, step)).rejects.toMatchObject({ type: 'Fenced' });
    await expect(run(stale().concede, { volume: VOLUME })).rejects.toMatchObject({ type: 'Fenced' });
    setup.source.calls.length = 0;

    await run(mover.fetch, step);

    expect(setup.source.calls).toEqual(['write a.txt dir/b.txt']);
  });
});

describe('credentials', () => {
  const secretPath = '/api/v1/namespaces/demo/secrets/git';
  const secret = (data: Record<string, string>, resourceVersion = '1'): object => ({
    metadata: { name: 'git', uid: 'secret-uid', resourceVersion },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  });
  const git = {
    url: 'https://git.example.com/site.git',
    user: 'me',
    passwordFromSecret: { name: 'git', key: 'token' },
  };

  it('are read from the Secret at each step', async () => {
    setup.setVolume({ source: { git } });
    setup.objects.set(secretPath, secret({ token: 'first\n' }));
    await run(mover.resolve, { volume: VOLUME, isForced: true });

    setup.objects.set(secretPath, secret({ token: 'second' }, '2'));
    await run(mover.resolve, { volume: VOLUME, isForced: true });

    expect(setup.source.seen).toEqual([
      { user: 'me', password: 'first' },
      { user: 'me', password: 'second' },
    ]);
  });

  it('never appear in what a step returns', async () => {
    setup.setVolume({ source: { git } });
    setup.objects.set(secretPath, secret({ token: 'canary-value' }));

    const resolution = await run(mover.resolve, { volume: VOLUME, isForced: true });

    expect(JSON.stringify(resolution)).not.toMatch(/canary-value|Y2FuYXJ5/);
    expect(resolution).toMatchObject({ key: { credentialsVersion: 'secret-uid/1' } });
  });

  it.each<[string, () => void, string, RegExp]>([
    ['no Secret', () => undefined, 'SecretNotFound', /demo\/git/],
    ['no such key', () => setup.objects.set(secretPath, secret({ other: 'x' })), 'SecretKeyNotFound', /"token"/],
  ])('fail with a reason: %s', async (_name, prepare, type, message) => {
    setup.setVolume({ source: { git } });
    prepare();

    await expect(run(mover.resolve, { volume: VOLUME, isForced: true })).rejects.toMatchObject({
      type,
      message: expect.stringMatching(message),
    });
  });

  it('refuse an inline key that is not base64', async () => {
    setup.setVolume({ source: { git: { url: 'git@example.com:x', privateKey: 'not base64' } } });

    await expect(run(mover.resolve, { volume: VOLUME, isForced: true })).rejects.toMatchObject({
      type: 'SecretInvalid',
    });
  });
});
