import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Publication } from '../../domain/retention.js';
import { exportWorkflowId, syncWorkflowId } from '../../domain/volume.js';
import { volumesPath } from '../../k8s/paths.js';
import { volumeRefOf, type VolumeObject } from '../../k8s/volume.js';
import { settleAll } from '../../dev/settleAll.js';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository, type Repository } from '../doubles/git/repository.js';
import { startSmartHttp, type SmartHttpServer } from '../doubles/git/smartHttp.js';
import { countAnswers } from './answers.js';
import { condition, hasPublished, isReady, startEnvironment, until, type Environment } from './environment.js';
import { readExecutions } from './executions.js';
import { keepDown, keepStopped } from './outage.js';
import { startOwnStack, type OwnStack } from './ownStack.js';
import { startReaders, type Seen } from './readers.js';

jest.setTimeout(400_000);

const OUTAGE_MS = 60_000;
/** The shortest pause between two looks at a source: the interval of these volumes, less a tenth. */
const SHORTEST_PAUSE_MS = 4_500;

const EACH = Array.from({ length: 20 }, (_, index) => `each/file-${index}`);
const VOLUMES = ['site', 'slow', 'cron'] as const;
type Name = (typeof VOLUMES)[number];
/** One is looked at all the time, one is synced on request only, and one is looked at each full minute. */
const CHECKS = { site: {}, slow: { syncInterval: '12h' }, cron: { schedule: { cron: '* * * * *' } } };

/** A server that goes away, and everything that must get over it. */
interface Site {
  readonly server: 'kube-apiserver' | 'temporal';
  readonly stack: OwnStack;
  readonly environment: Environment;
  readonly daemon: GitServer;
  /** Goes silent in the middle of each pack while `gate` is shut. */
  readonly stalling: SmartHttpServer;
  readonly gate: Gate;
  readonly repositories: Readonly<Record<Name, Repository>>;
  readonly endReaders: () => Promise<Seen>;
}

interface Gate {
  shut(): void;
  /** Lets all pass, those that wait included. */
  open(): void;
  pass(): Promise<void>;
  /** How many wait. */
  waiting(): number;
}

function createGate(): Gate {
  let opened = Promise.resolve();
  let open: () => void = () => undefined;
  let waiting = 0;
  return {
    shut() {
      opened = new Promise((resolve) => (open = resolve));
    },
    open: () => open(),
    async pass() {
      waiting++;
      await opened;
      waiting--;
    },
    waiting: () => waiting,
  };
}

let sites: readonly Site[] = [];
const starting: Promise<Site>[] = [];
beforeAll(async () => {
  starting.push(startSite('kube-apiserver'), startSite('temporal'));
  sites = await Promise.all(starting);
});
afterAll(async () => {
  const started = (await Promise.allSettled(starting)).flatMap((site) =>
    site.status === 'fulfilled' ? [site.value] : [],
  );
  await settleAll(started.map(stopSite));
});

/** Whatever has failed, no server stays behind. */
async function stopSite({ environment, daemon, stalling, stack, gate }: Site): Promise<void> {
  gate.open();
  try {
    await environment.close();
  } finally {
    await settleAll([environment.drover.stop(), daemon.close(), stalling.close(), stack.stop()]);
  }
}

async function startSite(server: Site['server']): Promise<Site> {
  const stack = await startOwnStack();
  const environment = await startEnvironment({ stack });
  const served = join(environment.dir, 'served');
  const daemon = await startGitDaemon(served);
  const gate = createGate();
  const stalling = await startSmartHttp(served, { stallAfterBytes: 100_000, resume: () => gate.pass() });
  const repositories = {
    site: createRepository(served, 'site.git'),
    slow: createRepository(served, 'slow.git'),
    cron: createRepository(served, 'cron.git'),
  };
  const heads = VOLUMES.map((name) => push(repositories[name], 'first'));
  const url = { site: daemon.url, slow: stalling.url, cron: daemon.url };
  for (const name of VOLUMES) {
    await environment.createVolume(name, { source: { git: { url: `${url[name]}/${name}.git` } }, ...CHECKS[name] });
  }
  for (const [index, name] of VOLUMES.entries()) {
    await environment.untilVolume(name, (volume) => isReady(volume) && hasPublished(heads[index] ?? '')(volume));
  }
  const endReaders = startReaders(
    1,
    ['site', 'slow'].map((name) => join(environment.directory(name), 'data')),
    EACH,
  );
  return {
    server,
    stack,
    environment,
    daemon,
    stalling,
    gate,
    repositories,
    endReaders,
  };
}

/** Commits a tree in which every file of `each/` holds `text`, beside bytes that fill more than what goes out before a silence. */
function push(repository: Repository, text: string): string {
  const noise = Buffer.alloc(400_000);
  let state = Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 2147483647, 7);
  for (let index = 0; index < noise.length; index++) noise[index] = (state = (state * 48271) % 2147483647) & 0xff;
  return repository.commit({ 'noise.bin': noise, ...Object.fromEntries(EACH.map((path) => [path, `${text}\n`])) });
}

/** Begins a sync that waits in the middle of its pack. */
async function beginSlowSync({ environment, gate, repositories }: Site, text: string): Promise<string> {
  gate.shut();
  const head = push(repositories.slow, text);
  await environment.annotate('slow', { 'drover.io/sync-requested': `begin ${text}` });
  await environment.untilVolume('slow', (volume) => condition(volume, 'Synced')?.reason === 'Syncing');
  await until(() => gate.waiting() > 0);
  return head;
}

async function isAnswering({ environment }: Site): Promise<boolean> {
  try {
    await environment.kube.list(volumesPath('SharedVolume'));
    await environment.temporal.workflowService.getSystemInfo({});
    return true;
  } catch {
    // It may be away until it is ready, which is what is waited for.
    return false;
  }
}

interface Load {
  readonly atMs: number;
  readonly polls: number;
  readonly residentBytes: number;
  readonly logBytes: number;
  readonly warnings: number;
}

async function measure({ environment: { drover } }: Site): Promise<Load> {
  let scraped: string[] = [];
  await until(async () => {
    const answers = await Promise.allSettled(
      ['control metrics', 'mover-local metrics'].map(async (name) => {
        const answer = await fetch(drover.addresses[name] ?? '');
        return await answer.text();
      }),
    );
    scraped = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    return scraped.length === 2;
  }, 60_000);
  const text = scraped.join('\n');
  const sum = (series: string): number =>
    [...text.matchAll(new RegExp(`^${series}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  const logs = drover.logs();
  return {
    atMs: Date.now(),
    polls: sum('drover_polls_total'),
    residentBytes: sum('process_resident_memory_bytes'),
    logBytes: logs.length,
    warnings: logs.match(/ (WARN|ERROR|FATAL) /g)?.length ?? 0,
  };
}

/**
 * Takes the server away in the middle of a sync, and asks for more meanwhile.
 * @param names without `cron` there is no wait for the next full minute
 */
async function survive(
  site: Site,
  title: string,
  away: (pid: () => number | undefined) => Promise<void>,
  names: readonly Name[] = VOLUMES,
): Promise<void> {
  const { environment, server, stack, repositories, gate } = site;
  const runsBefore = await Promise.all(names.map((name) => countRuns(site, name)));
  const moverPid = environment.drover.pid('mover-local');
  const slow = await beginSlowSync(site, title);
  const before = await measure(site);

  const outage = away(() => stack.pid(server));
  await sleep(2_000);
  push(repositories.site, `overtaken ${title}`);
  const heads = { site: push(repositories.site, title), slow, cron: '' };
  if (names.includes('cron')) heads.cron = push(repositories.cron, title);
  const token = server === 'temporal' ? `request ${title}` : undefined;
  if (token !== undefined) await environment.annotate('site', { 'drover.io/sync-requested': token });
  await sleep(3_000);
  gate.open();
  await outage;
  const backMs = Date.now();
  await until(() => isAnswering(site), 60_000);

  for (const name of names) {
    await environment.untilVolume(name, (volume) => isInSync(volume) && hasPublished(heads[name])(volume), 150_000);
    expect(readFileSync(join(environment.directory(name), 'data', EACH[0] ?? ''), 'utf8')).toBe(`${title}\n`);
  }
  await environment.untilVolume(
    'site',
    ({ status }) => token === undefined || status?.lastHandledSyncRequest === token,
  );
  const after = await measure(site);
  const counts = await Promise.all(names.map((name) => countRuns(site, name)));
  const tookMs = after.atMs - before.atMs;
  console.log(
    [
      `${server}: ${title}: in order ${Date.now() - backMs} ms after its end`,
      `looks ${after.polls - before.polls}, warnings ${after.warnings - before.warnings}, log ${after.logBytes - before.logBytes} bytes`,
      `memory ${Math.round(before.residentBytes / 2 ** 20)} MB before, ${Math.round(after.residentBytes / 2 ** 20)} MB after`,
      ...counts.map((count, index) => `${JSON.stringify(count)} (${runsBefore[index]?.executions} before)`),
    ].join('\n'),
  );
  expect(environment.drover.pid('mover-local')).toBe(moverPid);
  for (const count of counts) expect(count).toMatchObject({ failed: [], repeated: [], unanswered: [], useless: [] });
  for (const [index, { name, executions, redelivered }] of counts.entries()) {
    // Only Temporal can take a request and then not say so.
    if (server !== 'temporal') expect(redelivered).toEqual([]);
    const earlier = runsBefore[index] ?? { executions: 0, redelivered: [] };
    const again = redelivered.length - earlier.redelivered.length;
    // What was pushed twice, and requested as well, may take more than one.
    if (name !== 'site') expect([name, executions - again]).toEqual([name, 1 + earlier.executions]);
  }
  // Each source is looked at again once, not once for every interval that has passed.
  expect(after.polls - before.polls).toBeLessThanOrEqual(VOLUMES.length * (tookMs / SHORTEST_PAUSE_MS + 2));
  expect(after.residentBytes).toBeLessThan(2 * before.residentBytes);
  expect(after.warnings - before.warnings).toBeLessThan(500);
}

function isInSync(volume: VolumeObject): boolean {
  return isReady(volume) && condition(volume, 'Synced')?.status === 'True';
}

/** What all runs of a volume so far have come to. */
async function countRuns({ environment }: Site, name: string) {
  const volume = await environment.untilVolume(name, () => true);
  const executions = await readExecutions(environment.temporal, syncWorkflowId(volumeRefOf(volume)));
  const supervisor = await environment.temporal.workflow.getHandle(exportWorkflowId('local')).describe();
  const flips = readFileSync(join(environment.directory(name), 'publications.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Publication).snapshot);
  const revisions = (volume.status?.snapshots ?? []).map(({ revision }) => revision);
  return {
    name,
    executions: executions.length,
    ...countAnswers(executions),
    failed: [
      ...executions.flatMap(({ stalls }) => stalls),
      ...executions.filter(({ outcome }) => outcome === 'other').map(({ runId }) => runId),
      ...(supervisor.status.name === 'RUNNING' ? [] : [`the supervisor: ${supervisor.status.name}`]),
    ],
    repeated: [...flips, ...revisions].filter((entry, index, all) => all.indexOf(entry) !== index),
  };
}

describe('a server that goes away in the middle of a sync', () => {
  it('is killed and started again at once', async () => {
    await Promise.all(sites.map((site) => survive(site, 'killed', (pid) => keepDown(pid, 100), ['site', 'slow'])));
  });

  it('is down for a minute', async () => {
    await Promise.all(sites.map((site) => survive(site, 'down', (pid) => keepDown(pid, OUTAGE_MS))));
  });

  it('does not answer for a minute', async () => {
    await Promise.all(sites.map((site) => survive(site, 'stopped', (pid) => keepStopped(pid, OUTAGE_MS))));
  });

  it('is not noticed by readers', async () => {
    for (const { server, endReaders } of sites) {
      const { passes, torn, missing } = await endReaders();
      console.log(`${server}: readers saw ${passes} trees`);
      expect([...torn, ...missing]).toEqual([]);
      expect(passes).toBeGreaterThan(1_000);
    }
  });
});
