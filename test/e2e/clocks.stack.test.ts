import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Faults } from '../doubles/faults.js';
import type { GitServer } from '../doubles/git/daemon.js';
import type { Repository } from '../doubles/git/repository.js';
import { hasPublished, isReady, until, type Environment } from './environment.js';
import { startFaultyEnvironment, type FaultyEnvironment } from './faultyEnvironment.js';

jest.setTimeout(120_000);

const DAY_MS = 24 * 3_600_000;

let faulty: FaultyEnvironment;
let environment: Environment;
let faults: Faults;
let server: GitServer;
let repository: Repository;

beforeAll(async () => {
  faulty = await startFaultyEnvironment({ moverVariables: { DROVER_SNAPSHOT_GRACE: '1h' } });
  ({ environment, faults, server, repository } = faulty);
});
afterAll(() => faulty.close());

describe('a mover whose clock is wrong', () => {
  it('by a day, forwards or backwards, publishes, and prunes nothing that readers may still have open', async () => {
    const source = { git: { url: `${server.url}/site.git` } };
    const revisions: string[] = [];
    // Only the grace period keeps older snapshots.
    for (const [index, shiftMs] of [0, 0, DAY_MS, -DAY_MS, DAY_MS, 0].entries()) {
      faults.plan({ clockShiftMs: shiftMs });
      const revision = repository.commit({ file: `revision ${index}` });
      if (index === 0) await environment.createVolume('site', { syncInterval: '5s', retain: 1, source });
      await environment.untilVolume('site', hasPublished(revision), 60_000);
      revisions.push(revision);
    }
    await until(() => readdirSync(join(environment.directory('site'), 'staging')).length === 0);
    const volume = await environment.untilVolume('site', isReady);

    expect(volume.status?.snapshots?.map(({ revision }) => revision)).toEqual(revisions.toReversed());
    expect(readdirSync(join(environment.directory('site'), 'data/..snapshots'))).toHaveLength(revisions.length);
    // The record has the times of the export, whose clock was right.
    const lines = readFileSync(join(environment.directory('site'), 'publications.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const times = lines.map((line) => (JSON.parse(line) as { timeMs: number }).timeMs);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(Math.abs((times.at(-1) ?? 0) - Date.now())).toBeLessThan(DAY_MS / 2);
  });

  it('goes back to what was published before', async () => {
    faults.plan({ clockShiftMs: DAY_MS });

    expect(await environment.cli('rollback', `${environment.namespace}/site`)).toMatchObject({ exitCode: 0 });

    await until(() => readFileSync(join(environment.directory('site'), 'data/file'), 'utf8') === 'revision 4', 60_000);
  });
});
