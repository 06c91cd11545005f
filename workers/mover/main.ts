import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { createMoverActivities } from '../../activities/mover.js';
import { createPollActivities } from '../../activities/poll.js';
import { pollQueue, moverQueue } from '../../domain/queues.js';
import type { SourceSettings } from '../../domain/settings.js';
import { syncStart } from '../../domain/syncStart.js';
import { linkAbort } from '../../k8s/linkAbort.js';
import { volumesPath } from '../../k8s/paths.js';
import { createReflector } from '../../k8s/reflector.js';
import type { VolumeObject } from '../../k8s/volume.js';
import { createSource } from '../../sources/registry.js';
import { readMoverConfig } from '../shared/config.js';
import { checkKube, connectKube } from '../shared/kube.js';
import { pollMetrics } from '../shared/metrics.js';
import { runProcess } from '../shared/process.js';
import { runTogether, runWorker } from '../shared/runWorker.js';
import { workerOptions } from '../shared/temporal.js';
import { confirmTry } from './confirmTry.js';
import { reportLook } from './reportLook.js';

/** The mover of one export: moves its bytes, and watches the sources of its volumes. */
await runProcess('mover', readMoverConfig, async (config, { log, registry, temporal, addCheck, signal }) => {
  // Consumers of any user must be able to read what is published, whatever the umask of the process was.
  process.umask(0o022);
  const exportName = config.DROVER_EXPORT;
  const exportPath = config.DROVER_EXPORT_PATH;
  await preparePrivateDir(config.DROVER_PRIVATE_DIR);
  const kube = connectKube(config);
  addCheck('kubernetes', () => checkKube(kube));
  addCheck('export', async () => {
    await stat(exportPath);
  });

  const client = temporal.client;
  const ports = {
    exportName,
    exportPath,
    privateRoot: config.DROVER_PRIVATE_DIR,
    graceMs: config.DROVER_SNAPSHOT_GRACE,
    kube,
    // Of the environment git sees only the search path, proxies and certificate bundles.
    createSource: (settings: SourceSettings) =>
      createSource(settings, {
        allowFileUrls: config.DROVER_ALLOW_FILE_SOURCES,
        allowLoopback: config.DROVER_ALLOW_LOOPBACK_SOURCES,
        environment: process.env,
      }),
    reportProgress: async ({ workflowId, runId }: { workflowId: string; runId: string }, progress: object) => {
      await client.workflow.getHandle(workflowId, runId).signal('progressed', progress);
    },
    confirmTry: confirmTry(client),
  };
  const warn = (message: string, details: Record<string, unknown>): void => log.warn(details, message);

  const options = workerOptions(temporal, config);
  const [mover, poller] = await Promise.all([
    Worker.create({
      ...options,
      taskQueue: moverQueue(exportName),
      activities: createMoverActivities(ports),
      maxConcurrentActivityTaskExecutions: config.DROVER_MOVER_SLOTS,
    }),
    Worker.create({
      ...options,
      taskQueue: pollQueue(exportName),
      activities: createPollActivities({
        ...ports,
        createReflectors: () =>
          (['SharedVolume', 'ClusterSharedVolume'] as const).map((kind) =>
            createReflector<VolumeObject>(kube, volumesPath(kind), {
              log: (message, error) => warn(message, { kind, error: String(error) }),
            }),
          ),
        requestSync: async (volume, request, stopped) => {
          const start = syncStart(volume, exportName, request);
          // Temporal's client adds a listener for every call and removes none: `stopped` lives for a day.
          const { controller, unlink } = linkAbort(stopped);
          const send = () => client.workflow.signalWithStart('syncVolume', start);
          await client.withAbortSignal(controller.signal, send).finally(unlink);
          log.info({ workflowId: start.workflowId, ...request }, 'sync requested');
        },
        reportLook: reportLook(kube),
        observePoll: pollMetrics(registry),
        now: () => new Date(),
        warn,
      }),
      maxConcurrentActivityTaskExecutions: 1,
    }),
  ]);

  try {
    await runTogether(signal, [(either) => runWorker(mover, either), (either) => runWorker(poller, either)]);
  } finally {
    await rm(config.DROVER_PRIVATE_DIR, { recursive: true, force: true });
  }
});

/** Makes the directory for credential files and removes what a killed process left in it. */
async function preparePrivateDir(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true });
}
