import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { SyncUpdate } from '../../../domain/sync.js';
import { observeSyncs } from '../../../workers/control/observeSyncs.js';
import { syncMetrics } from '../../../workers/shared/metrics.js';
import { VOLUME } from '../../activities/fakes.js';

async function observe(state: SyncUpdate['state']) {
  const lines: Record<string, unknown>[] = [];
  const registry = new Registry();
  const log = pino(
    { base: null, timestamp: false },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const run = { workflowId: 'sync/demo/site/1', runId: 'run', startTime: '2026-01-01T00:00:00Z', handled: {} };
  observeSyncs(syncMetrics(registry), log)({ volume: VOLUME, trigger: 'requested', ...run, state });
  return { lines, metrics: await registry.metrics() };
}

const CONTEXT = { volume: 'demo/site', workflowId: 'sync/demo/site/1', runId: 'run', trigger: 'requested' };

describe('observeSyncs', () => {
  it('logs a start, and counts nothing yet', async () => {
    const { lines, metrics } = await observe({ kind: 'started' });

    expect(lines).toEqual([{ level: 30, ...CONTEXT, msg: 'sync started' }]);
    expect(metrics).not.toMatch(/^drover_syncs_total\{/m);
  });

  it('counts what a run has done', async () => {
    const report = { result: 'Published', revision: 'abc', filesChanged: 3, bytesFetched: 10 } as const;
    const { lines, metrics } = await observe({ kind: 'done', report });

    expect(lines).toEqual([{ level: 30, ...CONTEXT, ...report, msg: 'sync ended' }]);
    expect(metrics).toMatch('drover_syncs_total{result="Published",reason=""} 1');
    expect(metrics).toMatch('drover_sync_duration_seconds_count{result="Published"} 1');
    expect(metrics).toMatch('drover_sync_fetched_bytes_total 10');
    expect(metrics).toMatch('drover_sync_changed_files_total 3');
  });

  it.each<['stalled' | 'aborted', string]>([
    ['stalled', 'Stalled'],
    ['aborted', 'Aborted'],
  ])('counts and warns of a run that %s, with its reason', async (kind, result) => {
    const failure = { reason: 'AuthFailed', message: 'no' } as const;
    const { lines, metrics } = await observe({ kind, failure });

    expect(lines).toEqual([{ level: 40, ...CONTEXT, ...failure, msg: `sync ${kind}` }]);
    expect(metrics).toMatch(`drover_syncs_total{result="${result}",reason="AuthFailed"} 1`);
    expect(metrics).toMatch('drover_sync_fetched_bytes_total 0');
  });
});
