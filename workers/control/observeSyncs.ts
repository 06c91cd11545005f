import type { Logger } from 'pino';
import type { SyncUpdate } from '../../domain/sync.js';
import { volumeKey } from '../../domain/volume.js';
import type { syncMetrics } from '../shared/metrics.js';

/** Counts what runs report, and logs it under the workflow's id, which every line of the run carries. */
export function observeSyncs(metrics: ReturnType<typeof syncMetrics>, log: Logger): (update: SyncUpdate) => void {
  return ({ volume, workflowId, runId, trigger, startTime, state }) => {
    const context = { volume: volumeKey(volume), workflowId, runId, trigger };
    if (state.kind === 'started') {
      log.info(context, 'sync started');
      return;
    }
    const isDone = state.kind === 'done';
    const result = isDone ? state.report.result : state.kind === 'stalled' ? 'Stalled' : 'Aborted';
    metrics.runs.inc({ result, reason: isDone ? '' : state.failure.reason });
    metrics.duration.observe({ result }, (Date.now() - Date.parse(startTime)) / 1000);
    if (isDone) {
      metrics.bytes.inc(state.report.bytesFetched);
      metrics.files.inc(state.report.filesChanged);
      log.info({ ...context, ...state.report }, 'sync ended');
    } else {
      log.warn({ ...context, ...state.failure }, `sync ${state.kind}`);
    }
  };
}
