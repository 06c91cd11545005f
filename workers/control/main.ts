import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { createControlActivities } from '../../activities/control.js';
import { SYSTEM_NAMESPACE } from '../../domain/names.js';
import { CONTROL_QUEUE } from '../../domain/queues.js';
import { createEventRecorder } from '../../k8s/events.js';
import { lead } from '../../k8s/lease.js';
import { createWatcher } from '../../starters/watcher/watch.js';
import { readControlConfig } from '../shared/config.js';
import { checkKube, connectKube } from '../shared/kube.js';
import { syncMetrics } from '../shared/metrics.js';
import { runProcess } from '../shared/process.js';
import { runTogether, runWorker } from '../shared/runWorker.js';
import { workerOptions } from '../shared/temporal.js';
import { observeSyncs } from './observeSyncs.js';
import { exposeVolumes } from './volumeMetrics.js';

/** The control process: the watcher, on whichever replica leads, and the worker that runs workflows, on all. */
await runProcess('control', readControlConfig, async (config, { log, registry, temporal, addCheck, signal }) => {
  const kube = connectKube(config);
  addCheck('kubernetes', () => checkKube(kube));
  const warn = (message: string, details: Record<string, unknown>): void => log.warn(details, message);
  const events = createEventRecorder(kube, {
    component: 'drover',
    instance: config.DROVER_IDENTITY,
    log: (message, error) => log.debug({ error: String(error) }, message),
  });
  const metrics = syncMetrics(registry);

  const worker = await Worker.create({
    ...workerOptions(temporal, config),
    taskQueue: CONTROL_QUEUE,
    workflowBundle: { codePath: bundlePath() },
    activities: createControlActivities({
      kube,
      temporal: temporal.client,
      events,
      observeSync: observeSyncs(metrics, log),
      now: () => new Date(),
    }),
    maxCachedWorkflows: 300,
    maxConcurrentActivityTaskExecutions: 50,
  });

  const watcher = createWatcher({
    kube,
    temporal: temporal.client,
    events,
    exportName: config.DROVER_EXPORTS,
    observeDepth: (kind, depth) => metrics.queueDepth.set({ kind }, depth),
    warn,
  });
  exposeVolumes(registry, () => watcher.volumes());

  // Losing the lease ends the process: a new one starts with a clean view. So does a worker that fails.
  const lease = {
    namespace: SYSTEM_NAMESPACE,
    name: 'drover-control',
    identity: config.DROVER_IDENTITY,
    log: (message: string, error?: unknown): void => {
      if (error instanceof Error) warn(message, { error: error.message });
      else log.info(message);
    },
  };
  await runTogether(signal, [
    (either) => lead(kube, lease, (leading) => watcher.run(leading), either),
    (either) => runWorker(worker, either),
  ]);
});

function bundlePath(): string {
  const path = fileURLToPath(new URL('../../workflows.bundle.js', import.meta.url));
  if (!existsSync(path)) throw new Error(`the workflow bundle ${path} is missing: run npm run build`);
  return path;
}
