import { spawn } from 'node:child_process';
import { cp, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from '../../dev/signalGroup.js';
import { startGitDaemon } from '../../test/doubles/git/daemon.js';
import { createRepository } from '../repository/createRepository.js';
import { siteCommit } from '../repository/site.js';
import { toRows } from '../rows.js';
import { createVolume, untilPublished } from '../system/createVolume.js';
import { latenessP99, looksBetween, parseLateness } from '../system/lateness.js';
import { cpuShares, memoryPeaks } from '../system/shares.js';
import { startSystem, type System, type SystemUsage } from '../system/startSystem.js';
import { usageOf } from '../usage.js';
import type { Bench, Workload } from '../workload.js';

const MIB = 1024 * 1024;
const SAMPLE_EVERY_MS = 10_000;

interface Scale {
  readonly urls: readonly string[];
  readonly intervalSeconds: number;
  readonly durationMs: number;
}

export const manyVolumes: Workload = {
  name: 'P1',
  title: '200 volumes that do not change, looked at every minute, for ten minutes',
  description:
    'ours: the whole system with 200 custom resources; peer: 200 shell loops of git ls-remote and sleep, for as long',
  aim: 'cpu at most 1.5 times the loops; mover and control at most 500 MB; 99 % of the looks less than 2 s late',
  async run(bench) {
    const scale = {
      urls: await serveCopies(bench, bench.isQuick ? 4 : 200),
      intervalSeconds: bench.isQuick ? 5 : 60,
      durationMs: bench.isQuick ? 15_000 : 600_000,
    };
    // The loops end by themselves; the system ends with the workload.
    const peer = await pollInLoops(bench, scale);
    const ours = await pollAsSystem(bench, scale);
    return toRows('P1', ours, { name: `${scale.urls.length} shell loops of git ls-remote and sleep`, sample: peer });
  },
};

/** So many repositories of their own behind one server. */
async function serveCopies(bench: Bench, count: number): Promise<string[]> {
  const servedDir = join(bench.dir, 'served');
  await mkdir(servedDir);
  const first = await createRepository(bench, servedDir, 'site-0.git');
  await first.commit([siteCommit({ files: 10, directories: 2, fileBytes: 1024 }, 0)]);
  await first.pack();
  for (let index = 1; index < count; index++) {
    await cp(first.dir, join(servedDir, `site-${index}.git`), { recursive: true });
  }
  const daemon = await startGitDaemon(servedDir);
  bench.defer(() => daemon.close());
  return Array.from({ length: count }, (_, index) => `${daemon.url}/site-${index}.git`);
}

async function pollAsSystem(bench: Bench, { urls, intervalSeconds, durationMs }: Scale) {
  const { signal } = bench;
  const system = await startSystem(bench);
  const volumes = urls.map((url, index) => ({ url, name: `site-${index}` }));
  for (const { url, name } of volumes) {
    const spec = { syncInterval: `${intervalSeconds}s`, source: { git: { url, ref: 'main' } } };
    await createVolume(system, name, spec, signal);
  }
  for (const { name } of volumes) await untilPublished(system, name, signal);
  bench.say(`${volumes.length} volumes are published; settling for one interval`);
  await sleep(intervalSeconds * 1_000, undefined, { signal });

  const before = system.usage();
  const lateBefore = await readLateness(system);
  const looks: SystemUsage[] = [];
  await sampleFor(bench, durationMs, () => void looks.push(system.usage()));
  const cpu = cpuShares(before, system.usage());
  const lateAfter = await readLateness(system);
  return {
    polls: looksBetween(lateBefore, lateAfter),
    ...cpu,
    ...memoryPeaks(looks),
    latenessP99: latenessP99(lateBefore, lateAfter),
  };
}

async function readLateness({ moverMetricsUrl }: System) {
  const response = await fetch(moverMetricsUrl);
  return parseLateness(await response.text());
}

/** One subshell for each address; each begins at a moment of its own within the first interval, and counts in a file. */
async function pollInLoops(bench: Bench, { urls, intervalSeconds, durationMs }: Scale) {
  const counts = join(bench.dir, 'polls');
  const loop = (url: string, index: number): string => `(
    sleep ${((index * intervalSeconds) / urls.length).toFixed(2)}
    while :; do git ls-remote ${url} refs/heads/main > /dev/null; echo >> ${counts}; sleep ${intervalSeconds}; done
  ) &`;
  const script = `${urls.map(loop).join('\n')}\nwait`;
  const child = spawn('sh', ['-c', script], { env: { ...bench.env }, detached: true, stdio: 'ignore' });
  const pid = child.pid;
  if (pid === undefined) throw new Error('sh was not started');
  const ended = once(child, 'exit');
  try {
    await sleep(intervalSeconds * 1_000, undefined, { signal: bench.signal });
    const before = usageOf(pid);
    const pollsBefore = await countPolls(counts);
    let rss = 0;
    await sampleFor(bench, durationMs, () => {
      rss = Math.max(rss, usageOf(pid).rssBytes / MIB);
    });
    return { polls: (await countPolls(counts)) - pollsBefore, cpu: usageOf(pid).cpuMs - before.cpuMs, rss };
  } finally {
    signalGroup(pid, 'SIGKILL');
    await ended;
  }
}

/** One byte for each. */
async function countPolls(path: string): Promise<number> {
  return (await stat(path)).size;
}

async function sampleFor({ isQuick, say, signal }: Bench, durationMs: number, sample: () => void): Promise<void> {
  const endMs = performance.now() + durationMs;
  say(`measuring for ${durationMs / 1_000} s`);
  for (let leftMs = durationMs; leftMs > 0; leftMs = endMs - performance.now()) {
    sample();
    await sleep(Math.min(leftMs, isQuick ? 1_000 : SAMPLE_EVERY_MS), undefined, { signal });
  }
}
