import { randomUUID } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseDurationMs } from '../../domain/durations.js';

/** The environment of Drover's processes, checked once. Every variable begins with `DROVER_`. */

const address = z
  .string()
  .regex(/^[^\s:]*:\d{1,5}$/, 'is not HOST:PORT')
  .transform((text) => {
    const [host = '', port = ''] = text.split(':');
    return { host: host === '' ? '0.0.0.0' : host, port: Number(port) };
  })
  .refine(({ port }) => port <= 65_535, 'has no port between 0 and 65535');

const duration = z.string().transform((text, context) => {
  const ms = parseDurationMs(text);
  if (ms === undefined) context.addIssue(`"${text}" is not a duration such as 2m or 30s`);
  return ms ?? 0;
});

const common = {
  /** Path of a kubeconfig; absent: the service account of the pod. */
  DROVER_KUBECONFIG: z.string().optional(),
  DROVER_KUBE_CONTEXT: z.string().optional(),
  DROVER_TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  DROVER_TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Serves `/metrics`. */
  DROVER_METRICS_ADDRESS: address.prefault(':8080'),
  /** Serves `/healthz` and `/readyz`. */
  DROVER_HEALTH_ADDRESS: address.prefault(':8081'),
  DROVER_LOG_FORMAT: z.enum(['json', 'text']).default('json'),
  DROVER_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  /** Names this process in leases and in Temporal; unique among all. A process id alone is not: in a container it is 1. */
  DROVER_IDENTITY: z
    .string()
    .min(1)
    .default(() => `${hostname()}-${randomUUID().slice(0, 8)}`),
};

const controlSchema = z.object({
  ...common,
  /** The export that volumes without a server of their own lie on. */
  DROVER_EXPORTS: z.string().min(1).default('local'),
});

const moverSchema = z.object({
  ...common,
  DROVER_EXPORT: z.string().min(1).default('local'),
  /** The directory that is exported. */
  DROVER_EXPORT_PATH: z.string().min(1),
  /** A directory of this process alone, on local storage: credential files live there while a source is asked. */
  DROVER_PRIVATE_DIR: z.string().default(join(tmpdir(), `drover-${process.pid}`)),
  /** How long a snapshot stays after it was superseded: longer than a slow reader and an NFS attribute cache (60 s). */
  DROVER_SNAPSHOT_GRACE: duration.prefault('2m'),
  /** Steps of runs that may move bytes at the same time. */
  DROVER_MOVER_SLOTS: z.coerce.number().int().min(1).max(64).default(8),
  /** Allows `file:` addresses, which read whatever the mover can read. For tests on one machine. */
  DROVER_ALLOW_FILE_SOURCES: z.stringbool().default(false),
  /** Allows sources on the machine of the mover itself, as on a local stack. */
  DROVER_ALLOW_LOOPBACK_SOURCES: z.stringbool().default(false),
});

export type CommonConfig = z.infer<z.ZodObject<typeof common>>;
export type ControlConfig = z.infer<typeof controlSchema>;
export type MoverConfig = z.infer<typeof moverSchema>;

export type Environment = Readonly<Record<string, string | undefined>>;

export function readControlConfig(env: Environment): ControlConfig {
  return read(controlSchema, env);
}

export function readMoverConfig(env: Environment): MoverConfig {
  return read(moverSchema, env);
}

function read<T>(schema: z.ZodType<T>, env: Environment): T {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`the configuration is not valid:\n${problems.join('\n')}`);
}
