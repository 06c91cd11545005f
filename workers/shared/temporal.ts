import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';
import { MAX_HEARTBEAT_THROTTLE_MS } from '../../domain/policy.js';
import type { CommonConfig } from './config.js';

export interface Temporal {
  /** For workers. */
  readonly native: NativeConnection;
  /** For starting, signalling and describing workflows. */
  readonly client: Client;
  close(): Promise<void>;
}

const RETRY_MS = 1_000;

/** Connects, however long Temporal takes to come up; `/readyz` says meanwhile that it is missing. */
export async function connectTemporal(
  { DROVER_TEMPORAL_ADDRESS: address, DROVER_TEMPORAL_NAMESPACE: namespace, DROVER_IDENTITY: identity }: CommonConfig,
  log: Logger,
  signal: AbortSignal,
): Promise<Temporal> {
  for (;;) {
    try {
      const native = await NativeConnection.connect({ address });
      const connection = await Connection.connect({ address, connectTimeout: 5_000 });
      return {
        native,
        client: new Client({ connection, namespace, identity }),
        close: async () => {
          await connection.close();
          await native.close();
        },
      };
    } catch (error) {
      log.warn({ address, error: String(error) }, 'Temporal does not answer; trying again');
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}

/** What all workers have in common. Heartbeats are sent often enough for abort to take effect within seconds. */
export function workerOptions({ native }: Temporal, { DROVER_TEMPORAL_NAMESPACE, DROVER_IDENTITY }: CommonConfig) {
  return {
    connection: native,
    namespace: DROVER_TEMPORAL_NAMESPACE,
    identity: DROVER_IDENTITY,
    maxHeartbeatThrottleInterval: MAX_HEARTBEAT_THROTTLE_MS,
    // Steps resume from what is on disk, so they are told to stop at once and the next worker takes over within a second.
    shutdownGraceTime: 0,
    shutdownForceTime: '20s',
  } as const;
}

/**
 * Sets the SDK's process-wide runtime up: its log goes into ours, its metrics to a port of their own on loopback.
 * Returns the address of the metrics.
 */
export async function installRuntime(log: Logger): Promise<string> {
  const bindAddress = `127.0.0.1:${await findFreePort()}`;
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => log[LEVELS[level]]({ ...meta }, message)),
    telemetryOptions: {
      // What the native part says is one of our lines too, not a coloured one of its own.
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      metrics: {
        prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
      },
    },
    // Signals are handled in one place, which ends everything in order.
    shutdownSignals: [],
  });
  return `http://${bindAddress}/metrics`;
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const satisfies Record<
  LogLevel,
  string
>;

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
