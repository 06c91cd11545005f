import { Gauge, type Registry } from 'prom-client';
import { findCondition, isTrue } from '../../domain/conditions.js';
import type { SharedVolumeStatus } from '../../domain/generated/sharedVolume.js';
import type { VolumeObject } from '../../k8s/volume.js';

const LABELS = ['namespace', 'name'] as const;

/** Gauges for each volume, read from its status at the moment of the scrape: a restart loses none. */
export function exposeVolumes(registry: Registry, volumes: () => readonly VolumeObject[]): void {
  const registers = [registry];

  gauge('drover_volume_ready', 'Whether readers have data: 1 or 0.', ({ conditions }) =>
    isTrue(conditions, 'Ready') ? 1 : 0,
  );
  gauge('drover_volume_stalled', 'Whether a run waits for a person: 1 or 0.', ({ conditions }) =>
    isTrue(conditions, 'Stalled') ? 1 : 0,
  );
  gauge(
    'drover_volume_last_success_timestamp_seconds',
    'When what is published was last known to be what the source has, in Unix time.',
    lastSuccess,
  );

  new Gauge({
    name: 'drover_volume_published_info',
    help: 'The published revision, as a label; always 1.',
    labelNames: [...LABELS, 'revision'],
    registers,
    collect() {
      this.reset();
      for (const { metadata, status } of volumes()) {
        const revision = status?.published?.revision;
        if (revision !== undefined) this.set({ namespace: metadata.namespace ?? '', name: metadata.name, revision }, 1);
      }
    },
  });

  function gauge(name: string, help: string, read: (status: SharedVolumeStatus) => number | undefined): void {
    new Gauge({
      name,
      help,
      labelNames: LABELS,
      registers,
      collect() {
        this.reset();
        for (const { metadata, status = {} } of volumes()) {
          const value = read(status);
          if (value !== undefined) this.set({ namespace: metadata.namespace ?? '', name: metadata.name }, value);
        }
      },
    });
  }
}

/** The later of the last publication and, when nothing waits to be published, the last look that reached the source. */
function lastSuccess({ published, lastCheckTime, conditions }: SharedVolumeStatus): number | undefined {
  if (published === undefined) return undefined;
  const isCurrent = isTrue(conditions, 'SourceReachable') && findCondition(conditions, 'Synced')?.status === 'True';
  const times = [published.time, ...(isCurrent && lastCheckTime !== undefined ? [lastCheckTime] : [])];
  return Math.max(...times.map((time) => Date.parse(time))) / 1000;
}
