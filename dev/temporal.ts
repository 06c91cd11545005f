import type { ProcessSpec } from './process.js';
import { runCommand } from './run.js';
import type { TemporalSettings } from './temporalSettings.js';

/** Neither a profile nor variables of the user's own may redirect a command of ours. */
export const TEMPORAL_FLAGS = ['--disable-config-file', '--disable-config-env'] as const;

export interface TemporalPlace {
  /** The `temporal` program. */
  readonly program: string;
  readonly port: number;
  readonly uiPort: number;
  /** An absolute path; created when missing. */
  readonly databasePath: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The dev server's process. */
export function temporalServer(settings: TemporalSettings, place: TemporalPlace): ProcessSpec {
  return { name: 'temporal', command: place.program, args: startDevArguments(settings, place), env: place.env };
}

/** The arguments of `temporal server start-dev`. */
export function startDevArguments(
  settings: TemporalSettings,
  place: Pick<TemporalPlace, 'port' | 'uiPort' | 'databasePath'>,
): string[] {
  const { searchAttributes, dynamicConfig, sqlitePragmas } = settings;
  const fixed: Record<string, string> = {
    '--ip': settings.ip,
    '--port': String(place.port),
    '--ui-port': String(place.uiPort),
    '--namespace': settings.namespace,
    '--db-filename': place.databasePath,
  };
  return [
    'server',
    'start-dev',
    ...TEMPORAL_FLAGS,
    ...Object.entries(fixed).flat(),
    ...repeat('--search-attribute', searchAttributes, (type) => type),
    // Values are JSON there, so that 2000 is a number and "2000" is not.
    ...repeat('--dynamic-config-value', dynamicConfig, (value) => JSON.stringify(value)),
    ...repeat('--sqlite-pragma', sqlitePragmas, (value) => value),
  ];
}

/** Sets the retention, for which start-dev has no flag. Fails until the server is ready, so it is also the probe for that. */
export async function setRetention(
  settings: TemporalSettings,
  place: Pick<TemporalPlace, 'program' | 'port' | 'env'>,
  signal: AbortSignal,
): Promise<void> {
  const address = `${settings.ip}:${place.port}`;
  const retention = `${settings.retentionDays}d`;
  const args = ['operator', 'namespace', 'update', '--namespace', settings.namespace, '--retention', retention];
  await runCommand(place.program, [...args, '--address', address, ...TEMPORAL_FLAGS], { env: place.env }, signal);
}

function repeat<Value>(flag: string, values: Record<string, Value>, write: (value: Value) => string): string[] {
  return Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${write(value)}`]);
}
