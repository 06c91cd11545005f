import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository, type Repository } from '../doubles/git/repository.js';
import { hasPublished, isReady, isStalled, startEnvironment, until, type Environment } from './environment.js';

jest.setTimeout(180_000);

/** What a take-over promises: the heartbeat time-out. Asserted at three times of it. */
const TAKE_OVER_PROMISE_MS = 15_000;

let environment: Environment;
let server: GitServer;
let repository: Repository;
beforeAll(async () => {
  environment = await startEnvironment();
  const served = join(environment.dir, 'served');
  repository = createRepository(served, 'site.git');
  repository.commit({ 'index.html': 'one' });
  server = await startGitDaemon(served);
  await environment.createVolume('site', { source: { git: { url: `${server.url}/site.git` } } });
  await environment.untilVolume('site', isReady);
});
afterAll(async () => {
  await environment.close();
  await server.close();
});

function pidOf(name: string): number {
  const pid = environment.drover.pid(name);
  if (pid === undefined) throw new Error(`${name} does not run`);
  return pid;
}

describe('a mover that is killed', () => {
  it('is started again, takes over, and publishes what was pushed meanwhile', async () => {
    const head = repository.commit({ 'index.html': 'after the kill' });
    const startMs = Date.now();
    process.kill(pidOf('mover-local'), 'SIGKILL');

    await environment.untilVolume('site', hasPublished(head), 3 * TAKE_OVER_PROMISE_MS);

    const tookMs = Date.now() - startMs;
    console.log(
      `take-over after SIGKILL, up to the publication: ${tookMs} ms (promised: ${TAKE_OVER_PROMISE_MS} ms and a poll)`,
    );
    expect(readFileSync(join(environment.directory('site'), 'data/index.html'), 'utf8')).toBe('after the kill');
  });
});

describe('a control process that is killed', () => {
  it('is started again and loses no request, nor carries one out twice', async () => {
    const before = (await environment.runs(await environment.untilVolume('site', isReady))).length;
    await environment.annotate('site', { 'drover.io/sync-requested': 'before-the-kill' });
    process.kill(pidOf('control'), 'SIGKILL');

    const volume = await environment.untilVolume(
      'site',
      ({ status }) => status?.lastHandledSyncRequest === 'before-the-kill',
      60_000,
    );

    await until(async () => (await environment.runs(volume)).every(({ status }) => status !== 'RUNNING'));
    expect(await environment.runs(volume)).toHaveLength(before + 1);
  });
});

describe('the processes', () => {
  it('say what they have done, and what Temporal’s workers do, in one scrape', async () => {
    const [control, mover] = await Promise.all(
      ['control metrics', 'mover-local metrics'].map((name) =>
        fetch(environment.drover.addresses[name] ?? '').then((response) => response.text()),
      ),
    );

    for (const series of [
      'drover_syncs_total',
      'drover_sync_duration_seconds_bucket',
      'drover_volume_last_success_timestamp_seconds',
      'drover_volume_published_info',
      'drover_reconcile_queue_depth',
      'temporal_workflow_task_execution_latency',
    ]) {
      expect(control).toContain(series);
    }
    for (const series of [
      'drover_polls_total',
      'drover_poll_lateness_seconds_bucket',
      'temporal_activity_execution_latency',
    ]) {
      expect(mover).toContain(series);
    }
    const published = new RegExp(`drover_volume_published_info\\{[^}]*name="site"[^}]*revision="[0-9a-f]{40}"`);
    expect(control).toMatch(published);
  });

  it('log one id from the resource to the activity', async () => {
    const volume = await environment.untilVolume('site', isReady);

    const lines = environment.drover
      .logs()
      .split('\n')
      .filter((line) => line.includes(volume.status?.lastSync?.workflowId ?? '?'));

    expect(lines.some((line) => line.includes('sync ended'))).toBe(true);
  });
});

describe('deletion', () => {
  it('of a namespace takes its volumes and their files along', async () => {
    const namespace = `${environment.namespace}-gone`;
    await environment.kube.create('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    const directories = ['a', 'b'].map((name) => join(environment.drover.exportPath, `${namespace}.${name}`));
    for (const name of ['a', 'b']) {
      await environment.kube.create(`/apis/sv.sharedvolume.io/v1alpha1/namespaces/${namespace}/sharedvolumes`, {
        apiVersion: 'sv.sharedvolume.io/v1alpha1',
        kind: 'SharedVolume',
        metadata: { name, namespace },
        spec: { mountPath: '/srv/x', source: { git: { url: `${server.url}/site.git` } } },
      });
    }
    await until(() => directories.every((path) => existsSync(join(path, 'data/..data'))));

    await environment.kube.delete(`/api/v1/namespaces/${namespace}`);

    await until(async () => {
      const { items } = await environment.kube.list<{ metadata: { name: string } }>('/api/v1/namespaces');
      return items.every(({ metadata }) => metadata.name !== namespace);
    }, 60_000);
    expect(directories.filter((path) => existsSync(path))).toEqual([]);
  });

  it('waits for an export that does not answer, says so, and lets go by force', async () => {
    await environment.createVolume('orphan', { source: { git: { url: `${server.url}/site.git` } } });
    await environment.untilVolume('orphan', isReady);
    const mover = pidOf('mover-local');
    process.kill(mover, 'SIGSTOP');
    try {
      await environment.deleteVolume('orphan');
      await environment.untilVolume('orphan', isStalled('ExportUnreachable'), 90_000);

      await environment.annotate('orphan', { 'drover.io/force-release': 'true' });
      await environment.untilGone('orphan', 60_000);
    } finally {
      process.kill(mover, 'SIGCONT');
    }
  });
});
