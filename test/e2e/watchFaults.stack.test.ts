import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../k8s/backoff.js';
import { DEFAULT_BACKOFF } from '../../k8s/reflector.js';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository } from '../doubles/git/repository.js';
import { createCountingProxy, type Counts, type CountingProxy } from '../k8s/countingProxy.js';
import { createCuttingProxy, type CuttingProxy } from '../k8s/cuttingProxy.js';
import { testStack } from '../stack.js';
import { hasPublished, makeDirectory, startEnvironment, type Environment } from './environment.js';

jest.setTimeout(360_000);

const COLLECTIONS = ['/sharedvolumes', '/clustersharedvolumes'];
/** The control process that leads and the mover each follow every collection. */
const FOLLOWERS = 2;
const FAULT_MS = 6_000;
const QUIET_MS = 3_000;
/** The reflector's: how long a watch may be silent. */
const STALL_MS = 150_000;

let environment: Environment;
let server: GitServer;
let counting: CountingProxy;
let cutting: CuttingProxy;
beforeAll(async () => {
  const dir = makeDirectory();
  const stack = testStack();
  counting = await createCountingProxy(stack);
  cutting = await createCuttingProxy('127.0.0.1', counting.port);
  const kubeconfig = join(dir, 'kubeconfig');
  const direct = readFileSync(stack.kubeconfig, 'utf8');
  const through = direct.replace(/server: .*/, `server: https://127.0.0.1:${cutting.port}`);
  writeFileSync(kubeconfig, through, { mode: 0o600 });
  environment = await startEnvironment({ dir, kubeconfig });
  server = await startGitDaemon(join(dir, 'served'));
  await expectToFollow('before', 60_000);
});
afterAll(async () => {
  await environment.close();
  await Promise.all([server.close(), cutting.close()]);
  await counting.close();
});

/** A new volume is synced, which takes the watcher's view; and a push to it is noticed, which takes the poller's. */
async function expectToFollow(name: string, timeoutMs: number): Promise<void> {
  const repository = createRepository(join(environment.dir, 'served'), `${name}.git`);
  const first = repository.commit({ 'a.txt': 'one' });
  await environment.createVolume(name, { source: { git: { url: `${server.url}/${name}.git` } } });
  await environment.untilVolume(name, hasPublished(first), timeoutMs);
  const second = repository.commit({ 'a.txt': 'two' });
  await environment.untilVolume(name, hasPublished(second), timeoutMs);
}

function countNow(): Counts[] {
  return COLLECTIONS.map((path) => counting.counts(path));
}

function since(before: readonly Counts[]): Counts[] {
  return countNow().map(({ lists, watches }, index) => ({
    lists: lists - (before[index]?.lists ?? 0),
    watches: watches - (before[index]?.watches ?? 0),
  }));
}

/** How often one follower can have tried within a time in which each try failed: the shortest pauses that the rule allows. */
function mostTries(durationMs: number): number {
  let tries = 1;
  for (let leftMs = durationMs; leftMs >= 0; tries++) leftMs -= backoffMs(tries, DEFAULT_BACKOFF, 0);
  return tries;
}

async function expectQuiet(): Promise<void> {
  const before = countNow();
  await sleep(QUIET_MS);
  expect(since(before)).toEqual(COLLECTIONS.map(() => ({ lists: 0, watches: 0 })));
}

async function expectNoStorm(name: string, fault: () => Promise<void>): Promise<void> {
  const before = countNow();
  const startMs = Date.now();
  await fault();
  await expectToFollow(name, 60_000);
  const tookMs = Date.now() - startMs;

  const most = FOLLOWERS * mostTries(tookMs);
  const counts = since(before);
  console.log(`${name}: in ${tookMs} ms ${JSON.stringify(counts)}; the back-off allows ${most} of each`);
  for (const { lists, watches } of counts) {
    expect(watches).toBeGreaterThan(FOLLOWERS);
    expect(lists).toBeLessThanOrEqual(most);
    expect(watches).toBeLessThanOrEqual(most);
  }
  await expectQuiet();
}

describe('the control process and the mover, when their view of the API server fails', () => {
  it('do nothing while it does not', async () => {
    await expectQuiet();
  });

  it('list anew, ever more slowly, while every position has expired', async () => {
    await expectNoStorm('expired', async () => {
      counting.expireWatches(true);
      await sleep(FAULT_MS);
      counting.expireWatches(false);
    });

    for (const name of ['control', 'mover-local']) expect(environment.drover.log(name)).toContain('listing anew');
  });

  it('come back, ever more slowly, while every connection is cut', async () => {
    await expectNoStorm('cut', async () => {
      for (const endMs = Date.now() + FAULT_MS; Date.now() < endMs; await sleep(200)) cutting.cut();
    });
  });

  it('notice connections that are open but dead', async () => {
    const before = countNow();
    const lives = countLives();
    cutting.silence();

    await expectToFollow('silent', STALL_MS + 60_000);

    const counts = since(before);
    const newLives = countLives() - lives;
    console.log(`silent: ${JSON.stringify(counts)}; the control process began to lead ${newLives} times`);
    expect(environment.drover.log('mover-local')).toContain('was silent');
    // Each view that is new is one list and one watch; a first try may still take one of the dead connections.
    for (const { lists, watches } of counts) {
      expect(lists).toBeLessThanOrEqual(2 * (1 + newLives));
      expect(watches).toBeLessThanOrEqual(2 * (1 + newLives));
    }
  });
});

function countLives(): number {
  return environment.drover.log('control').split(' leads').length - 1;
}
