import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCondition } from '../../domain/conditions.js';
import { SYSTEM_NAMESPACE } from '../../domain/names.js';
import { syncWorkflowId } from '../../domain/volume.js';
import { volumeRefOf, type VolumeObject } from '../../k8s/volume.js';
import { leasePath } from '../../k8s/paths.js';
import type { Lease } from '../../k8s/leaseRecord.js';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository, type Repository } from '../doubles/git/repository.js';
import { randomNumbers } from '../doubles/randomNumbers.js';
import { countAnswers } from './answers.js';
import { isReady, startEnvironment, until, type Environment } from './environment.js';
import { readExecutions } from './executions.js';
import type { StartedProcess } from './processes.js';

jest.setTimeout(420_000);

const KILLS = 10;
/** Chooses what is asked for and when; `DROVER_TEST_SEED` repeats a run. */
const SEED = Number(process.env['DROVER_TEST_SEED'] ?? Date.now() % 1_000_000);

/** What a volume was asked for last. */
interface Wanted {
  revision: string;
  token: string;
}

const VOLUMES = ['one', 'two', 'three', 'four'];

let environment: Environment;
let second: StartedProcess;
let server: GitServer;
const repositories = new Map<string, Repository>();
const wanted = new Map<string, Wanted>();
/** The lives that this test has ended. */
const killed = new Set<string>();

beforeAll(async () => {
  environment = await startEnvironment();
  second = await environment.drover.startControl('control-second');
  const served = join(environment.dir, 'served');
  server = await startGitDaemon(served);
  for (const name of VOLUMES) {
    const repository = createRepository(served, `${name}.git`);
    repositories.set(name, repository);
    wanted.set(name, { revision: repository.commit({ 'file.txt': 'first' }), token: '' });
    await environment.createVolume(name, { source: { git: { url: `${server.url}/${name}.git` } } });
  }
  for (const name of VOLUMES) await environment.untilVolume(name, isReady);
});
afterAll(async () => {
  await second.stop();
  await environment.close();
  await server.close();
});

interface Leader {
  readonly identity: string;
  readonly pid: number;
}

/** The process that leads, and that this test has not killed. */
async function awaitLeader(): Promise<Leader> {
  let leader: Leader | undefined;
  await until(async () => {
    const lease = await environment.kube.get<Lease>(leasePath(SYSTEM_NAMESPACE, 'drover-control'));
    const { holderIdentity: identity = '' } = lease.spec;
    if (identity === '' || killed.has(identity)) return false;
    const candidates = { control: environment.drover.pid('control'), 'control-second': second.pid() };
    for (const [name, pid] of Object.entries(candidates)) {
      if (pid !== undefined && environment.drover.log(name).includes(`${identity} leads`)) leader = { identity, pid };
    }
    return leader !== undefined;
  }, 60_000);
  if (leader === undefined) throw new Error('nobody leads');
  return leader;
}

/** Makes one request of a kind and for a volume that `random` chooses. */
async function request(random: () => number, count: number): Promise<void> {
  const name = VOLUMES[Math.floor(random() * VOLUMES.length)] ?? '';
  const kind = Math.floor(random() * 3);
  const wish = wanted.get(name);
  if (wish === undefined) throw new Error(`${name} is no volume`);
  if (kind === 0) {
    wish.revision = repositories.get(name)?.commit({ 'file.txt': `push ${count}` }) ?? '';
  } else if (kind === 1) {
    await environment.patchSpec(name, { retain: 3 + (count % 40) });
  } else {
    wish.token = `request-${count}`;
    await environment.annotate(name, { 'drover.io/sync-requested': wish.token });
  }
}

/** Whether everything that was asked for has been done, as the status says. */
function isUpToDate({ metadata, status }: VolumeObject): boolean {
  const { revision, token } = wanted.get(metadata.name) ?? {};
  const synced = findCondition(status?.conditions, 'Synced');
  return (
    status?.published?.revision === revision &&
    (status?.lastHandledSyncRequest ?? '') === token &&
    synced?.status === 'True' &&
    synced.observedGeneration === metadata.generation
  );
}

describe('a leading control process that is killed ten times while requests come in', () => {
  it('loses none, and starts exactly one execution for what it brings together', async () => {
    console.log(`seed ${SEED} (DROVER_TEST_SEED repeats it)`);
    const random = randomNumbers(SEED);
    const startMs = Date.now();
    let requests = 0;
    const make = async (most: number, pauseMs: number): Promise<void> => {
      for (let left = 1 + Math.floor(random() * most); left > 0; left--) {
        await request(random, ++requests);
        await sleep(random() * pauseMs);
      }
    };

    for (let kill = 0; kill < KILLS; kill++) {
      const { identity, pid } = await awaitLeader();
      await make(6, 500);
      process.kill(pid, 'SIGKILL');
      killed.add(identity);
      await make(6, 2_000);
    }
    for (const name of VOLUMES) await environment.untilVolume(name, isUpToDate, 120_000);

    const endMs = Date.now();
    const counts = [];
    for (const name of VOLUMES) {
      const volume = await environment.untilVolume(name, isUpToDate);
      const executions = await readExecutions(environment.temporal, syncWorkflowId(volumeRefOf(volume)));
      counts.push({ name, executions: executions.length, ...countAnswers(executions) });
      expect(executions.map(({ outcome }) => outcome)).not.toContain('other');
      expect(executions.flatMap(({ stalls }) => stalls)).toEqual([]);
      const content = repositories.get(name)?.git('show', `${wanted.get(name)?.revision}:file.txt`);
      expect(readFileSync(join(environment.directory(name), 'data/file.txt'), 'utf8')).toBe(content);
    }
    console.log(
      `${killed.size} kills and ${requests} requests in ${endMs - startMs} ms\n${counts.map((line) => JSON.stringify(line)).join('\n')}`,
    );
    expect(killed.size).toBe(KILLS);
    for (const count of counts) expect(count).toMatchObject({ unanswered: [], answeredTwice: [], useless: [] });
    // Each kill can take the answer to one question away.
    expect(counts.flatMap(({ redelivered }) => redelivered).length).toBeLessThanOrEqual(KILLS);
  });
});
