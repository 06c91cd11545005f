import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository } from '../doubles/git/repository.js';
import { isReady, startEnvironment, type Environment } from '../e2e/environment.js';

/** The runner puts this file last, so that it finds the histories of all others on the shared Temporal server. */

jest.setTimeout(300_000);

type Bundle = NonNullable<ReplayWorkerOptions['workflowBundle']>;

interface NamedHistory {
  readonly workflowId: string;
  readonly history: unknown;
}

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const RECORDED = fileURLToPath(new URL('histories', import.meta.url));
const CURRENT: Bundle = { codePath: join(DIST, 'workflows.bundle.js') };

let environment: Environment;
let server: GitServer;
beforeAll(async () => {
  // What does not replay is said by the outcome.
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });
  environment = await startEnvironment();
  const served = join(environment.dir, 'served');
  createRepository(served, 'site.git').commit({ 'index.html': 'one' });
  server = await startGitDaemon(served);
});
afterAll(async () => {
  await environment.close();
  await server.close();
  await Runtime.instance().shutdown();
});

/** How each history replays on `bundle`: undefined where it does, else what differs. */
async function replay(
  histories: Iterable<NamedHistory> | AsyncIterable<NamedHistory>,
  bundle: Bundle,
): Promise<{ workflowId: string; problem: string | undefined }[]> {
  const outcomes = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories as never)) {
    outcomes.push({ workflowId, problem: error === undefined ? undefined : `${error.name}: ${error.message}` });
  }
  return outcomes;
}

function recorded(): NamedHistory[] {
  return readdirSync(RECORDED).map((name) => ({
    workflowId: name,
    history: JSON.parse(readFileSync(join(RECORDED, name), 'utf8')) as unknown,
  }));
}

/** The workflows of today with one change in the compiled text of `file`. */
async function bundleWith(file: string, change: (code: string) => string): Promise<Bundle> {
  // Beside the originals, where the packages are found.
  const dir = mkdtempSync(join(DIST, 'mutation-'));
  try {
    for (const layer of ['workflows', 'domain']) cpSync(join(DIST, layer), join(dir, layer), { recursive: true });
    const path = join(dir, 'workflows', file);
    const code = readFileSync(path, 'utf8');
    const changed = change(code);
    if (changed === code) throw new Error(`the change does not fit ${file} any more`);
    writeFileSync(path, changed);
    const logger = new DefaultLogger('ERROR');
    return await bundleWorkflowCode({ workflowsPath: join(dir, 'workflows', 'index.js'), logger });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const withProblem = ({ problem }: { problem: string | undefined }): boolean => problem !== undefined;

describe('the workflows of today replay', () => {
  it('what those of earlier versions did', async () => {
    const histories = recorded();

    const outcomes = await replay(histories, CURRENT);

    expect(outcomes.filter(withProblem)).toEqual([]);
    expect(outcomes).toHaveLength(histories.length);
    expect(histories.length).toBeGreaterThan(5);
  });

  it('what every workflow of this run of the tests did', async () => {
    await environment.createVolume('site', { source: { git: { url: `${server.url}/site.git` } } });
    await environment.untilVolume('site', isReady);

    const outcomes = await replay(environment.temporal.workflow.list().intoHistories(), CURRENT);

    console.log(`replayed ${outcomes.length} histories of this run`);
    expect(outcomes.filter(withProblem)).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(0);
  });
});

describe('a workflow whose steps are in another order', () => {
  it('does not replay what was recorded', async () => {
    const bundle = await bundleWith('syncVolume.js', (code) =>
      code
        .replace('await disk.publish(step)', 'await disk.PRUNE(step)')
        .replace('await disk.prune(step)', 'await disk.publish(step)')
        .replace('disk.PRUNE', 'disk.prune'),
    );

    const outcomes = await replay(recorded(), bundle);

    const failed = outcomes.filter(withProblem);
    expect(failed.map(({ workflowId }) => workflowId)).toEqual(
      expect.arrayContaining(['first-sync.json', 'changed-source.json', 'rollback.json', 'held-and-approved.json']),
    );
    for (const { problem } of failed) expect(problem).toMatch(/^DeterminismViolationError/);
    // What never came so far is the same in both.
    expect(outcomes.filter((outcome) => !withProblem(outcome)).map(({ workflowId }) => workflowId)).toContain(
      'held-and-waiting.json',
    );
  });
});
