import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { CommonConfig } from './config.js';
import { serveHealth, type Check } from './health.js';
import { createLog } from './log.js';
import { createRegistry, serveMetrics } from './metrics.js';
import { connectTemporal, installRuntime, type Temporal } from './temporal.js';

export interface ProcessContext {
  readonly log: Logger;
  readonly registry: Registry;
  readonly temporal: Temporal;
  /** Adds a dependency to `/readyz`. */
  readonly addCheck: (name: string, check: Check) => void;
  /** Fires on SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
}

/**
 * Runs one of Drover's processes: log, metrics, health, the connection to Temporal, then `main` until it returns or a
 * signal comes. The health server is up first, so that `/readyz` can say what the process waits for.
 */
export async function runProcess<Config extends CommonConfig>(
  name: string,
  readConfig: (env: NodeJS.ProcessEnv) => Config,
  main: (config: Config, context: ProcessContext) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  let log: Logger | undefined;
  try {
    const config = readConfig(process.env);
    log = createLog(name, config);
    await runWith(config, log);
  } catch (error) {
    if (stop.signal.aborted) return;
    if (log === undefined) console.error(`drover ${name}: ${error instanceof Error ? error.message : String(error)}`);
    else log.fatal({ err: error }, 'the process ends because of an error');
    process.exitCode = 1;
  } finally {
    // Whatever still holds the event loop open must not keep a stopped process alive.
    setTimeout(() => process.exit(), 1_000).unref();
  }

  async function runWith(config: Config, processLog: Logger): Promise<void> {
    let temporal: Temporal | undefined;
    const checks: Record<string, Check> = {
      temporal: async () => {
        if (temporal === undefined) throw new Error(`${config.DROVER_TEMPORAL_ADDRESS} does not answer`);
        await temporal.client.connection.workflowService.getSystemInfo({});
      },
    };
    const registry = createRegistry(name);
    const health = await serveHealth(config.DROVER_HEALTH_ADDRESS, checks);
    const metrics = await serveMetrics(config.DROVER_METRICS_ADDRESS, registry, await installRuntime(processLog));
    try {
      temporal = await connectTemporal(config, processLog, stop.signal);
      const addCheck = (dependency: string, check: Check): void => {
        checks[dependency] = check;
      };
      processLog.info('started');
      await main(config, { log: processLog, registry, temporal, addCheck, signal: stop.signal });
      processLog.info('stopped');
    } finally {
      await Promise.all([health.close(), metrics.close()]);
      await temporal?.close();
    }
  }
}
