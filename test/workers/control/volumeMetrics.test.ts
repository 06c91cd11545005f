import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { setCondition, type ConditionType } from '../../../domain/conditions.js';
import type { Condition, SharedVolumeStatus } from '../../../domain/generated/sharedVolume.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import { exposeVolumes } from '../../../workers/control/volumeMetrics.js';
import { gitVolume } from '../../activities/fakes.js';

const TIME = '2026-01-01T00:00:00Z';
const SECONDS = Date.parse(TIME) / 1000;
const published = { revision: 'abc', digest: '', snapshot: '', time: TIME };

function conditions(states: Partial<Record<ConditionType, Condition['status']>>): Condition[] {
  let all: Condition[] = [];
  for (const [type, status] of Object.entries(states)) {
    all = setCondition(all, { type: type as ConditionType, status, reason: 'x', message: '' }, new Date(TIME));
  }
  return all;
}

function scrape(status?: SharedVolumeStatus): Promise<string> {
  const registry = new Registry();
  exposeVolumes(registry, () => [gitVolume({}, {}, status)]);
  return registry.metrics();
}

describe('exposeVolumes', () => {
  it.each<[string, SharedVolumeStatus | undefined, string]>([
    ['not ready without a status', undefined, 'drover_volume_ready{namespace="demo",name="site"} 0'],
    ['ready', { conditions: conditions({ Ready: 'True' }) }, 'drover_volume_ready{namespace="demo",name="site"} 1'],
    [
      'stalled',
      { conditions: conditions({ Stalled: 'True' }) },
      'drover_volume_stalled{namespace="demo",name="site"} 1',
    ],
    ['what is published', { published }, 'drover_volume_published_info{namespace="demo",name="site",revision="abc"} 1'],
  ])('says %s', async (_name, status, expected) => {
    expect(await scrape(status)).toContain(`${expected}\n`);
  });

  const lastCheckTime = '2026-01-01T01:00:00Z';
  it.each<[string, SharedVolumeStatus, number | undefined]>([
    ['unknown before the first publication', { lastCheckTime }, undefined],
    ['that of the publication', { published }, SECONDS],
    [
      'that of a later look that found nothing new',
      { published, lastCheckTime, conditions: conditions({ SourceReachable: 'True', Synced: 'True' }) },
      SECONDS + 3600,
    ],
    [
      'not that of a look that failed',
      { published, lastCheckTime, conditions: conditions({ SourceReachable: 'False', Synced: 'True' }) },
      SECONDS,
    ],
    [
      'not that of a look while a sync is due',
      { published, lastCheckTime, conditions: conditions({ SourceReachable: 'True', Synced: 'False' }) },
      SECONDS,
    ],
  ])('has the time of the last success: %s', async (_name, status, expected) => {
    const [, value] = /^drover_volume_last_success_timestamp_seconds\{[^}]*\} (\S+)$/m.exec(await scrape(status)) ?? [];

    expect(value === undefined ? undefined : Number(value)).toBe(expected);
  });

  it('forgets a volume that is gone', async () => {
    const registry = new Registry();
    let volumes: readonly VolumeObject[] = [gitVolume({}, {}, { published })];
    exposeVolumes(registry, () => volumes);
    await registry.metrics();

    volumes = [];

    expect(await registry.metrics()).not.toContain('site');
  });
});
