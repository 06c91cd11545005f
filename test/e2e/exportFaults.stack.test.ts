import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults, Rule } from '../doubles/faults.js';
import type { GitServer } from '../doubles/git/daemon.js';
import type { Repository } from '../doubles/git/repository.js';
import { createDisk, type Disk } from './disk.js';
import { condition, hasPublished, isReady, isStalled, makeDirectory, until, type Environment } from './environment.js';
import { startFaultyEnvironment, type FaultyEnvironment } from './faultyEnvironment.js';
import { findLeftovers } from './leftovers.js';

jest.setTimeout(300_000);

const MEGABYTE = 1024 * 1024;
/** The shortest that there is. */
const INTERVAL_MS = 5_000;

let faulty: FaultyEnvironment;
let environment: Environment;
let disk: Disk;
let faults: Faults;
let server: GitServer;
let repository: Repository;
let head: string;

beforeAll(async () => {
  const dir = makeDirectory();
  disk = createDisk(join(dir, 'disk.img'), { bytes: 96 * MEGABYTE, inodes: 3_000 });
  faulty = await startFaultyEnvironment({
    dir,
    moverVariables: { DROVER_SNAPSHOT_GRACE: '0s' },
    prepareExport(exportPath) {
      mkdirSync(exportPath, { recursive: true });
      disk.mount(exportPath);
      return () => disk.unmount();
    },
  });
  ({ environment, faults, server, repository } = faulty);
  repository.commit({ 'index.html': 'first', 'docs/same.md': 'same' });
  const source = { git: { url: `${server.url}/site.git` } };
  await environment.createVolume('site', { syncInterval: '5s', retain: 1, source });
  await environment.untilVolume('site', isReady);
});
afterAll(() => faulty.close());
/** What readers see before the fault. */
let currentText: string;
beforeEach(async () => {
  const volume = await environment.untilVolume('site', isReady);
  head = volume.status?.published?.revision ?? '';
  currentText = readText('index.html');
});
afterEach(() => {
  faults.plan({});
  disk.free();
});

const ruleAt = (place: Pick<Rule, 'id' | 'step' | 'name' | 'args'>) =>
  ({ ...place, volume: `${environment.namespace}.site`, when: 'before' }) as const;

const readText = (path: string): string => readFileSync(join(environment.directory('site'), 'data', path), 'utf8');

/** Pushes, and asks for a sync: after failures the next look at the source may be minutes away. */
async function push(files: Parameters<Repository['commit']>[0]): Promise<string> {
  const revision = repository.commit(files);
  await environment.annotate('site', { 'drover.io/sync-requested': revision });
  return revision;
}

/** Holds the next sync just before it writes its tree, does something to the disk, and lets it go on. */
async function whileWriting(change: () => void): Promise<void> {
  faults.plan({
    rules: [{ ...ruleAt({ id: 'tree', step: 'fetch', name: 'mkdir', args: '/tree$' }), action: 'hold', nth: 1 }],
  });
  repository.commit({
    'index.html': `change ${Date.now()}`,
    'big.bin': Buffer.alloc(4 * MEGABYTE, String(Date.now())),
  });
  await until(() => faults.hasArrived('tree'), 30_000);
  try {
    change();
  } finally {
    faults.release('tree');
  }
}

const runs = async (): Promise<number> =>
  (await environment.runs(await environment.untilVolume('site', () => true))).length;

/** Readers see what they saw before, nothing is staged, and nobody tries again and again. */
async function expectPublished(revision: string, text: string): Promise<void> {
  const volume = await environment.untilVolume('site', () => true);
  expect(volume.status?.published?.revision).toBe(revision);
  expect(readText('index.html')).toBe(text);
  expect(readText('docs/same.md')).toBe('same');
}

async function expectQuiet(): Promise<void> {
  const before = await runs();
  const said = environment.drover.log('mover-local').length;
  await sleep(2.5 * INTERVAL_MS);
  expect(await runs()).toBe(before);
  // Twenty entries at the most: a step that is tried each second would write more.
  const entries = environment.drover.log('mover-local').slice(said).match(/^\[/gm) ?? [];
  expect(entries.length).toBeLessThan(20);
}

async function retry(): Promise<void> {
  expect(await environment.cli('retry', `${environment.namespace}/site`)).toMatchObject({ exitCode: 0 });
}

/** The stall has its reason, changed nothing, left nothing, does not spin; and a retry publishes once `mend` was done. */
async function expectStallAndRecovery(reason: string, mend: () => void): Promise<void> {
  const stalled = await environment.untilVolume('site', isStalled(reason), 60_000);
  expect(condition(stalled, 'Synced')).toMatchObject({ status: 'False', reason });
  expect(condition(stalled, 'Ready')?.status).toBe('True');
  await expectPublished(head, currentText);
  await until(() => findLeftovers(environment.directory('site')).length === 0, 10_000).catch(() => undefined);
  expect(findLeftovers(environment.directory('site'))).toEqual([]);
  await expectQuiet();

  mend();
  await retry();
  await environment.untilVolume('site', hasPublished(repository.git('rev-parse', 'HEAD')), 60_000);
}

describe('an export without space', () => {
  it('is refused before anything is written', async () => {
    // Zeros travel as next to nothing, so it is the gate that sees how large it will be.
    await push({ 'huge.bin': Buffer.alloc(90 * MEGABYTE) });

    await expectStallAndRecovery('NoSpace', () => repository.commit({ 'huge.bin': null }));
  });

  it('that fills up while a tree is written', async () => {
    await whileWriting(() => disk.fill(MEGABYTE));
    await expectStallAndRecovery('NoSpace', () => disk.free());
  });

  it('that fills up to the last byte', async () => {
    await whileWriting(() => disk.fill(0));
    await expectStallAndRecovery('NoSpace', () => disk.free());
  });

  it('beyond a quota', async () => {
    const place = ruleAt({ id: 'quota', step: 'fetch', name: 'mkdir', args: '/tree$' });
    faults.plan({ rules: [{ ...place, action: 'fail', code: 'EDQUOT', times: 1_000 }] });
    await push({ 'index.html': 'too much' });

    await expectStallAndRecovery('NoSpace', () => faults.plan({}));
  });
});

describe('an export without inodes', () => {
  it('is refused before anything is written', async () => {
    const many = Array.from({ length: 3_500 }, (_, index) => `many/file-${index}`);
    await push(Object.fromEntries(many.map((path) => [path, ''])));

    await expectStallAndRecovery('NoInodes', () =>
      repository.commit(Object.fromEntries(many.map((path) => [path, null]))),
    );
  });

  it('that runs out of them while a tree is written', async () => {
    await whileWriting(() => disk.fillInodes());
    await expectStallAndRecovery('NoInodes', () => disk.free());
  });
});

describe('an export that cannot be written or read', () => {
  it('that became read-only', async () => {
    disk.remount('ro');
    await push({ 'index.html': 'written later' });

    await expectStallAndRecovery('ReadOnlyExport', () => disk.remount('rw'));
  });

  it.each(['EIO', 'ESTALE'])('that answers with %s for a while is tried again by itself', async (code) => {
    const place = ruleAt({ id: code, step: 'publish', name: 'symlink', args: '' });
    faults.plan({ rules: [{ ...place, action: 'fail', code, times: 3 }] });
    const next = await push({ 'index.html': code });

    await environment.untilVolume('site', hasPublished(next), 60_000);

    expect(faults.firedMs(`${code}-3`)).toBeDefined();
    await expectPublished(next, code);
  });
});

describe('an export whose disk is not mounted any more', () => {
  it('is neither compared with nor written into, and comes back by itself', async () => {
    const before = await runs();
    disk.unmount();
    const next = repository.commit({ 'index.html': 'after the outage' });

    const volume = await environment.untilVolume(
      'site',
      (seen) => condition(seen, 'SourceReachable')?.reason === 'ExportUnreachable',
      120_000,
    );
    await expectQuiet();

    expect(condition(volume, 'SourceReachable')?.message).toMatch(/disk is probably not mounted.*\.drover-export/);
    expect(readdirSync(environment.drover.exportPath)).toEqual([]);
    expect(await runs()).toBe(before);
    expect(volume.status?.published?.revision).toBe(head);

    disk.mount(environment.drover.exportPath);
    await environment.untilVolume('site', hasPublished(next), 90_000);
    await expectPublished(next, 'after the outage');
  });

  it('does not let a deleted volume go whose directory it still holds', async () => {
    await environment.createVolume('going', { source: { git: { url: `${server.url}/site.git` } } });
    await environment.untilVolume('going', isReady);
    disk.unmount();
    await environment.deleteVolume('going');

    await environment.untilVolume('going', isStalled('ExportUnreachable'), 60_000);
    disk.mount(environment.drover.exportPath);

    await environment.untilGone('going', 90_000);
    expect(readdirSync(environment.drover.exportPath).sort()).toEqual(
      ['.drover-export', '.trash', 'lost+found', `${environment.namespace}.site`].sort(),
    );
  });
});
