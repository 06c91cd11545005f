import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { serve, type HttpServer } from './http.js';

export function createRegistry(process: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** The SDK answers on loopback; a scrape must not wait for it. */
const SDK_TIMEOUT_MS = 2_000;

/**
 * `/metrics`: ours, and in the same scrape what Temporal's SDK measures of the workers. When the SDK does not answer,
 * a comment says so and ours are served all the same.
 */
export function serveMetrics(
  address: { readonly host: string; readonly port: number },
  registry: Registry,
  sdkMetricsUrl: string,
): Promise<HttpServer> {
  return serve(address, {
    '/metrics': async () => {
      const ours = await registry.metrics();
      const theirs = await readSdkMetrics(sdkMetricsUrl);
      return { status: 200, contentType: registry.contentType, body: `${ours}\n${theirs}` };
    },
  });
}

async function readSdkMetrics(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(SDK_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return await response.text();
  } catch (error) {
    const [line] = String(error).split('\n', 1);
    return `# The metrics of Temporal's SDK are missing: ${line}\n`;
  }
}

export function pollMetrics(registry: Registry) {
  const registers = [registry];
  const polls = new Counter({
    name: 'drover_polls_total',
    help: 'Looks at sources, by what they found.',
    labelNames: ['result'],
    registers,
  });
  const lateness = new Histogram({
    name: 'drover_poll_lateness_seconds',
    help: 'How long after its due time a look at a source began.',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 15, 60],
    registers,
  });
  return (result: string, latenessMs: number): void => {
    polls.inc({ result });
    lateness.observe(latenessMs / 1000);
  };
}

export function syncMetrics(registry: Registry) {
  const registers = [registry];
  return {
    runs: new Counter({
      name: 'drover_syncs_total',
      help: 'Sync runs that ended or stalled, by result and reason.',
      labelNames: ['result', 'reason'],
      registers,
    }),
    duration: new Histogram({
      name: 'drover_sync_duration_seconds',
      help: 'Time from the start of a run to its end or stall.',
      labelNames: ['result'],
      buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
      registers,
    }),
    bytes: new Counter({
      name: 'drover_sync_fetched_bytes_total',
      help: 'Bytes that syncs fetched from sources.',
      registers,
    }),
    files: new Counter({
      name: 'drover_sync_changed_files_total',
      help: 'Files that syncs added, changed or deleted.',
      registers,
    }),
    queueDepth: new Gauge({
      name: 'drover_reconcile_queue_depth',
      help: 'Resources that wait to be reconciled.',
      labelNames: ['kind'],
      registers,
    }),
  };
}
