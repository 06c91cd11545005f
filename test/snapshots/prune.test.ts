import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { discard, takeOver } from '../../snapshots/attempt.js';
import { listPublished } from '../../snapshots/inventory.js';
import { pruneSnapshots } from '../../snapshots/prune.js';
import { createVolume, nextToken, type VolumeOnDisk } from './volumeOnDisk.js';

const NOW = new Date('2026-01-10T00:00:00Z');

let volume: VolumeOnDisk;
beforeEach(async () => {
  volume = await createVolume();
});
afterEach(() => volume.remove());

async function prune(retain: number, graceMs = 0): Promise<string[]> {
  const attempt = await takeOver(volume.layout, nextToken());
  const expired = await pruneSnapshots(volume.layout, attempt, { retain, graceMs }, NOW);
  await discard(volume.layout, attempt);
  return expired;
}

describe('pruning', () => {
  it('removes the oldest with their manifests, and keeps what is to be retained', async () => {
    for (let day = 1; day <= 5; day++) {
      await volume.publish(`rev${day}`, { a: String(day) }, new Date(`2026-01-0${day}T00:00:00Z`));
    }

    expect(await prune(2)).toHaveLength(3);

    expect((await listPublished(volume.layout)).map(({ revision }) => revision)).toEqual(['rev5', 'rev4']);
    expect(await readdir(volume.layout.snapshots)).toHaveLength(2);
    expect(await readdir(volume.layout.manifests)).toHaveLength(4);
    expect(await readdir(volume.layout.trash)).toEqual([]);
  });

  it('keeps what was superseded within the grace period', async () => {
    await volume.publish('rev1', { a: '1' }, new Date('2026-01-09T23:00:00Z'));
    await volume.publish('rev2', { a: '2' }, new Date('2026-01-09T23:59:00Z'));

    expect(await prune(1, 120_000)).toEqual([]);
    expect(await prune(1, 30_000)).toHaveLength(1);
  });

  it('may be repeated', async () => {
    await volume.publish('rev1', { a: '1' }, new Date('2026-01-01T00:00:00Z'));
    await volume.publish('rev2', { a: '2' }, new Date('2026-01-02T00:00:00Z'));

    await prune(1);

    expect(await prune(1)).toEqual([]);
  });
});
