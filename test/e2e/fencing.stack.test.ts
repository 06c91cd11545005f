import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rule } from '../doubles/faults.js';
import type { GitServer } from '../doubles/git/daemon.js';
import type { Repository } from '../doubles/git/repository.js';
import { hasPublished, isReady, makeDirectory, until, type Environment } from './environment.js';
import { startFaultyEnvironment, type FaultyEnvironment } from './faultyEnvironment.js';
import { findLeftovers } from './leftovers.js';

jest.setTimeout(240_000);

/** What a take-over promises: the heartbeat time-out. Asserted at three times of it. */
const TAKE_OVER_PROMISE_MS = 15_000;

/** Where the old mover is stopped, by volume: all at the same moment. The last one is the one that stops it. */
const STOPS = {
  flipping: { step: 'publish', name: 'rename', args: String.raw`/\.\.data$`, when: 'before' },
  // Between the two halves of its own take-over.
  adopting: { step: 'fetch', name: 'rename', args: String.raw`/staging/[^/ ]+ \S*/staging/[^/ ]+$`, when: 'after' },
  // Has looked at the resource, and not taken the volume over yet.
  late: { step: 'publish', name: 'readdir', args: '/staging$', when: 'before' },
  // Is about to make the store of a volume that is deleted meanwhile; another one, its first directory.
  storing: { step: 'diff', name: 'mkdir', args: String.raw`/scratch/store-[^/]+$`, when: 'before' },
  claiming: { step: 'diff', name: 'mkdir', args: '/data$', when: 'before' },
  fetching: { step: 'fetch', name: 'spawn', args: ' checkout-index ', when: 'after' },
} as const;

const SURVIVORS = ['flipping', 'adopting', 'late', 'fetching'] as const;
const DELETED = ['storing', 'claiming'] as const;

let faulty: FaultyEnvironment;
let environment: Environment;
let server: GitServer;
let repository: Repository;
let requests = 0;
let tookOverMs: number;
/** What readers see, before the old mover goes on. */
let published: unknown;

const source = (): object => ({ source: { git: { url: `${server.url}/site.git` } }, syncInterval: '12h' });

async function request(names: readonly string[]): Promise<void> {
  const token = `request-${++requests}`;
  for (const name of names) await environment.annotate(name, { 'drover.io/sync-requested': token });
}

function seenByReaders(): unknown {
  return SURVIVORS.map((name) => {
    const data = join(environment.directory(name), 'data');
    const tree = readlinkSync(join(data, '..data'));
    return [
      name,
      tree,
      readdirSync(join(data, tree)).map((file) => [file, readFileSync(join(data, tree, file), 'utf8')]),
    ];
  });
}

function moverPid(): number {
  const pid = environment.drover.pid('mover-local');
  if (pid === undefined) throw new Error('the old mover does not run');
  return pid;
}

/** Stops the old mover, lets a second one take over and publish something newer, and lets the old one go on. */
beforeAll(async () => {
  const dir = makeDirectory();
  const moverVariables = { DROVER_SNAPSHOT_GRACE: '1h', DROVER_PRIVATE_DIR: join(dir, 'private') };
  faulty = await startFaultyEnvironment({ dir, moverVariables });
  ({ environment, server, repository } = faulty);
  const { faults } = faulty;
  const first = repository.commit({ file: 'first', same: 'same' });
  for (const name of SURVIVORS) await environment.createVolume(name, source());
  for (const name of SURVIVORS) await environment.untilVolume(name, isReady);
  const second = repository.commit({ file: 'second' });
  await request(SURVIVORS);
  for (const name of SURVIVORS) await environment.untilVolume(name, hasPublished(second));

  const rules = Object.entries(STOPS).map(([name, place]): Rule => ({
    ...place,
    id: name,
    volume: `${environment.namespace}.${name}`,
    action: 'stop',
    nth: 1,
  }));
  faults.plan({ rules });
  const third = repository.commit({ file: 'third' });
  for (const name of DELETED) await environment.createVolume(name, source());
  await environment.patchSpec('late', { pin: first });
  await request(['flipping', 'adopting']);
  for (const name of [...DELETED, 'late', 'flipping', 'adopting']) {
    await until(
      () => faults.hasArrived(name),
      30_000,
      () => `${name} was not reached`,
    );
  }
  await request(['fetching']);
  await until(() => faults.firedMs('fetching') !== undefined);

  const secondMover = await environment.drover.startMover('mover-second', {
    DROVER_SNAPSHOT_GRACE: '1h',
    DROVER_PRIVATE_DIR: join(dir, 'private-second'),
  });
  for (const name of DELETED) await environment.deleteVolume(name);
  await environment.untilVolume('late', hasPublished(first), 3 * TAKE_OVER_PROMISE_MS);
  for (const name of ['flipping', 'adopting', 'fetching']) {
    await environment.untilVolume(name, hasPublished(third), 3 * TAKE_OVER_PROMISE_MS);
  }
  tookOverMs = Date.now() - (faults.firedMs('fetching') ?? 0);
  for (const name of DELETED) await environment.untilGone(name, 90_000);
  const fourth = repository.commit({ file: 'fourth' });
  await environment.patchSpec('late', { pin: null });
  await request(SURVIVORS);
  for (const name of SURVIVORS) await environment.untilVolume(name, hasPublished(fourth), 60_000);
  await until(() => SURVIVORS.every((name) => readdirSync(join(environment.directory(name), 'staging')).length === 0));
  published = seenByReaders();

  faults.plan({});
  process.kill(moverPid(), 'SIGCONT');
  // Long enough for everything that was stopped to run into its end, and for a heartbeat to be refused.
  await sleep(8_000);
  await secondMover.stop();
});
afterAll(() => faulty.close());

describe('a mover that was stopped and goes on after another one took over', () => {
  it('was replaced in time', () => {
    console.log(
      `take-over of a stopped mover, up to the publication: ${tookOverMs} ms (promised: ${TAKE_OVER_PROMISE_MS} ms)`,
    );
    expect(tookOverMs).toBeLessThan(3 * TAKE_OVER_PROMISE_MS);
  });

  it('changes nothing that readers see, wherever it was stopped', () => {
    expect(JSON.stringify(published)).toContain('fourth');
    expect(seenByReaders()).toEqual(published);
  });

  it('leaves nothing behind', () => {
    for (const name of SURVIVORS) expect([name, ...findLeftovers(environment.directory(name))]).toEqual([name]);
  });

  it('does not make the directory of a volume again that was deleted meanwhile', () => {
    for (const name of DELETED) expect(existsSync(environment.directory(name))).toBe(false);
    const expected = [...SURVIVORS.map((name) => `${environment.namespace}.${name}`), '.drover-export', '.trash'];
    expect(readdirSync(environment.drover.exportPath).sort()).toEqual(expected.sort());
  });

  it('serves the export again', async () => {
    const fifth = repository.commit({ file: 'fifth' });
    await request(SURVIVORS);

    for (const name of SURVIVORS) await environment.untilVolume(name, hasPublished(fifth), 60_000);
    expect(environment.drover.logs()).toContain('"type": "Fenced"');
  });
});
