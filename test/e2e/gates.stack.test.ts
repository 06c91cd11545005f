import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Preview } from '../../domain/preview.js';
import type { VolumeObject } from '../../k8s/volume.js';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository, type FileContent, type Repository } from '../doubles/git/repository.js';
import {
  condition,
  hasPublished,
  isReady,
  isStalled,
  startEnvironment,
  until,
  type Environment,
} from './environment.js';

jest.setTimeout(120_000);

let environment: Environment;
let server: GitServer;
beforeAll(async () => {
  environment = await startEnvironment();
  server = await startGitDaemon(join(environment.dir, 'served'));
});
afterAll(async () => {
  await environment.close();
  await server.close();
});

const TWENTY = Array.from({ length: 20 }, (_, index) => `file-${String(index).padStart(2, '0')}.txt`);
const DELETED = TWENTY.slice(0, 12);
const LEFT = TWENTY.slice(12);

function contents(names: readonly string[], content: FileContent): Record<string, FileContent> {
  return Object.fromEntries(names.map((name) => [name, content]));
}

/** A volume with twenty published files whose source has only eight of them left, of which at most half may go. */
async function createHeldVolume(name: string): Promise<{ repository: Repository; first: string; second: string }> {
  const repository = createRepository(join(environment.dir, 'served'), `${name}.git`);
  const first = repository.commit(contents(TWENTY, 'content'));
  await environment.createVolume(name, {
    source: { git: { url: `${server.url}/${name}.git` } },
    gates: { maxDeletePercent: 50 },
  });
  await environment.untilVolume(name, isReady);
  const second = repository.commit(contents(DELETED, null));
  return { repository, first, second };
}

function published(name: string): string[] {
  return readdirSync(join(environment.directory(name), 'data'))
    .filter((entry) => !entry.startsWith('..'))
    .sort();
}

function key(name: string): string {
  return `${environment.namespace}/${name}`;
}

async function cliJson<T>(...args: string[]): Promise<T> {
  const { stdout, stderr, exitCode } = await environment.cli('--json', ...args);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

const isHeldFor = (revision: string) => (volume: VolumeObject) => volume.status?.pendingPlan?.revision === revision;

describe('12 of 20 files deleted at the source, with maxDeletePercent 50', () => {
  it('is held with its own reason, and published once it is approved', async () => {
    const { first, second } = await createHeldVolume('approved');

    await environment.untilVolume('approved', isStalled('DeleteLimitExceeded'));
    const held = await environment.untilVolume('approved', ({ status }) => status?.phase === 'Stalled');
    expect(held.status).toMatchObject({
      published: { revision: first },
      pendingPlan: { revision: second, files: 8, deleted: 12, added: 0, changed: 0 },
      lastSync: { result: 'Held', reason: 'DeleteLimitExceeded' },
    });
    expect(condition(held, 'Ready')?.status).toBe('True');
    expect(condition(held, 'Stalled')?.message).toContain('12 of 20 published files would be deleted');
    expect(published('approved')).toEqual(TWENTY);

    const preview = await cliJson<Preview>('diff', key('approved'));
    expect(preview).toMatchObject({
      plan: held.status?.pendingPlan?.digest,
      from: first,
      revision: second,
      veto: { reason: 'DeleteLimitExceeded' },
      isComplete: true,
    });
    expect(preview.changes).toEqual(DELETED.map((path) => ({ kind: 'deleted', path, bytes: 7 })));
    const { stdout } = await environment.cli('diff', key('approved'));
    expect(stdout).toContain(`- ${DELETED[0]}  7`);
    expect(stdout).toContain(
      '0 added, 0 changed, 12 deleted; 0 bytes to write, 84 to delete; 8 files with 56 bytes in the end',
    );
    expect(published('approved')).toEqual(TWENTY);

    const { exitCode } = await environment.cli('approve', key('approved'));
    expect(exitCode).toBe(0);
    const done = await environment.untilVolume('approved', hasPublished(second));
    expect(published('approved')).toEqual(LEFT);
    await environment.untilVolume('approved', ({ status }) => status?.lastSync?.result === 'Published');
    expect(done.status?.pendingPlan).toBeUndefined();
  });

  it('is not published by an approval that came before another commit', async () => {
    const { repository, second } = await createHeldVolume('overtaken');
    const held = await environment.untilVolume('overtaken', isHeldFor(second));
    const digest = held.status?.pendingPlan?.digest ?? '';
    const third = repository.commit({ [LEFT[0] ?? '']: 'changed' });

    // Straight to the resource, as kubectl would: whether the run knows of the commit already is a matter of luck.
    await environment.annotate('overtaken', { 'drover.io/approved-plan': digest });

    const again = await environment.untilVolume('overtaken', isHeldFor(third));
    expect(again.status?.pendingPlan?.digest).not.toBe(digest);
    expect(published('overtaken')).toEqual(TWENTY);
    const refused = await environment.cli('approve', key('overtaken'), '--plan', digest);
    expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining('nothing was approved')]);
    const applied = await environment.cli('apply', key('overtaken'), '--plan', digest);
    expect([applied.exitCode, applied.stderr]).toEqual([4, expect.stringContaining('not the plan')]);
    expect(published('overtaken')).toEqual(TWENTY);
  });

  it('is published by apply, which names the plan', async () => {
    const { second } = await createHeldVolume('applied');
    await environment.untilVolume('applied', isHeldFor(second));
    const { plan = '' } = await cliJson<Preview>('diff', key('applied'));

    const { exitCode, stdout } = await environment.cli('apply', key('applied'), '--plan', plan);

    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Published')]);
    expect(published('applied')).toEqual(LEFT);
  });

  it('is let go by a signal with the digest, and by no other', async () => {
    const { second } = await createHeldVolume('signalled');
    const held = await environment.untilVolume('signalled', isHeldFor(second));
    const run = environment.temporal.workflow.getHandle(held.status?.lastSync?.workflowId ?? '');

    await run.signal('approve', `sha256:${'0'.repeat(64)}`);
    await until(async () => (await run.query<{ uselessApproval?: string }>('progress')).uselessApproval !== undefined);
    expect(published('signalled')).toEqual(TWENTY);

    await run.signal('approve', held.status?.pendingPlan?.digest);
    await environment.untilVolume('signalled', hasPublished(second));
    expect(published('signalled')).toEqual(LEFT);
  });

  it('goes on by itself when the files come back', async () => {
    const { repository, second } = await createHeldVolume('restored');
    await environment.untilVolume('restored', isHeldFor(second));

    const restored = repository.commit(contents(TWENTY, 'content'));

    const volume = await environment.untilVolume('restored', hasPublished(restored));
    expect(condition(volume, 'Stalled')?.status).toBe('False');
    expect(published('restored')).toEqual(TWENTY);
    // The newer commit ended the run that waited.
    expect((await environment.runs(volume)).filter(({ status }) => status === 'RUNNING').length).toBeLessThanOrEqual(1);
  });
});

describe('the other limits', () => {
  it.each<[string, VolumeObject['spec']['gates'], string]>([
    ['an approval for everything', { requireApproval: true }, 'ApprovalRequired'],
    ['a file that must be there', { requiredFiles: ['conf/site.yaml'] }, 'RequiredFileMissing'],
    ['a size', { maxBytes: '3' }, 'SizeLimitExceeded'],
  ])('hold the first sync already: %s', async (_name, gates = {}, reason) => {
    const name = reason.toLowerCase();
    const repository = createRepository(join(environment.dir, 'served'), `${name}.git`);
    const head = repository.commit({ 'index.html': 'hello' });

    await environment.createVolume(name, { source: { git: { url: `${server.url}/${name}.git` } }, gates });

    await environment.untilVolume(name, isStalled(reason));
    await environment.untilVolume(name, (volume) => condition(volume, 'Ready')?.reason === reason);
    const { exitCode, stderr } = await environment.cli('approve', key(name));
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('cluster:')]);
    await environment.untilVolume(name, hasPublished(head));
    expect(published(name)).toEqual(['index.html']);
  });

  it('hold an emptied source, unless that is allowed', async () => {
    const repository = createRepository(join(environment.dir, 'served'), 'emptied.git');
    repository.commit({ 'only.txt': 'content' });
    await environment.createVolume('emptied', { source: { git: { url: `${server.url}/emptied.git` } } });
    await environment.untilVolume('emptied', isReady);
    const head = repository.commit({ 'only.txt': null });
    await environment.untilVolume('emptied', isStalled('EmptySource'));
    expect(published('emptied')).toEqual(['only.txt']);

    await environment.patchSpec('emptied', { gates: { allowEmpty: true } });

    await environment.untilVolume('emptied', hasPublished(head));
    expect(published('emptied')).toEqual([]);
  });

  it('let a rollback pass: a person asks for that very revision', async () => {
    const repository = createRepository(join(environment.dir, 'served'), 'rolled.git');
    const first = repository.commit(contents(LEFT, 'content'));
    await environment.createVolume('rolled', { source: { git: { url: `${server.url}/rolled.git` } } });
    await environment.untilVolume('rolled', isReady);
    const second = repository.commit(contents(TWENTY, 'content'));
    await environment.untilVolume('rolled', hasPublished(second));
    await environment.patchSpec('rolled', { gates: { maxDeleteFiles: 0, requireApproval: true } });

    await environment.cli('rollback', key('rolled'));

    await environment.untilVolume('rolled', hasPublished(first));
    expect(published('rolled')).toEqual(LEFT);
  });
});

describe('logs', () => {
  it('shows the steps of the last run', async () => {
    const { stdout, exitCode } = await environment.cli('logs', key('approved'));

    expect(exitCode).toBe(0);
    for (const line of ['run started', 'signal approve "sha256:', 'resolve done', 'publish done', 'run ended']) {
      expect(stdout).toContain(line);
    }
  });

  it('follows a run that is under way until it ends', async () => {
    const following = environment.cli('logs', key('overtaken'), '--follow');
    await environment.cli('abort', key('overtaken'));

    const { stdout } = await following;

    expect(stdout).toContain('signal abort');
    expect(stdout.trimEnd().split('\n').at(-1)).toContain('run ended');
  });
});

describe('a schedule', () => {
  it('is when the source is looked at, and a request does not wait for it', async () => {
    const repository = createRepository(join(environment.dir, 'served'), 'yearly.git');
    repository.commit({ 'a.txt': 'one' });
    await environment.createVolume('yearly', {
      source: { git: { url: `${server.url}/yearly.git` } },
      syncInterval: '',
      schedule: { cron: '@yearly', timeZone: 'Europe/Berlin' },
    });
    await environment.untilVolume('yearly', isReady);
    const head = repository.commit({ 'a.txt': 'two' });

    const { exitCode } = await environment.cli('sync', key('yearly'), '--wait');

    expect(exitCode).toBe(0);
    expect((await environment.volume('yearly'))?.status?.published?.revision).toBe(head);
  });
});
