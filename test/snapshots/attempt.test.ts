import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { discard, readStaged, takeOver } from '../../snapshots/attempt.js';
import { pruneSnapshots } from '../../snapshots/prune.js';
import { publishSnapshot } from '../../snapshots/publish.js';
import { writeListing } from '../../snapshots/manifestFile.js';
import { keepSnapshot } from '../../snapshots/snapshot.js';
import { writeTree } from '../../snapshots/write.js';
import { createVolume, listingOf, NEVER, nextToken, type VolumeOnDisk } from './volumeOnDisk.js';

let volume: VolumeOnDisk;
beforeEach(async () => {
  volume = await createVolume();
});
afterEach(() => volume.remove());

/** The process of an earlier attempt wakes up after somebody took over, and goes on where it stood. */
describe('an attempt that was taken over', () => {
  it('cannot move its snapshot into place', async () => {
    const old = await volume.stage('rev1', { a: 'old' });
    await takeOver(volume.layout, nextToken());

    await expect(keepSnapshot(volume.layout, old.attempt, old.snapshot)).rejects.toMatchObject({ reason: 'Fenced' });
    expect(await readdir(volume.layout.snapshots)).toEqual([]);
  });

  it('cannot make its tree again while it links what is unchanged', async () => {
    const paths = Array.from({ length: 1500 }, (_, index) => `all/dir-${index}/file`);
    const tree = Object.fromEntries(paths.map((path) => [path, 'same']));
    await volume.publish('rev1', tree);
    const old = await takeOver(volume.layout, nextToken());
    await writeListing(old.listing, listingOf(tree));
    const staged = { revision: 'rev2', variant: '' };
    const late = writeTree(volume.layout, old, staged, () => Promise.resolve(), NEVER);
    const outcome = late.then(
      () => 'written',
      (error: unknown) => (error as { reason?: string }).reason,
    );
    while (!existsSync(join(old.tree, 'all/dir-0'))) await setImmediate();

    const next = await takeOver(volume.layout, nextToken());

    expect(await outcome).toBe('Fenced');
    expect(await readdir(volume.layout.staging)).toEqual([next.token]);
  }, 30_000);

  it('cannot flip, also when it stands just before the flip', async () => {
    await volume.publish('rev1', { a: '1' });
    const old = await volume.stage('rev2', { a: '2' });
    await keepSnapshot(volume.layout, old.attempt, old.snapshot);
    const beforeFlip = async (): Promise<void> => {
      await takeOver(volume.layout, nextToken());
    };

    const late = publishSnapshot(volume.layout, old.attempt, old.snapshot.name, new Date(), { beforeFlip });

    await expect(late).rejects.toMatchObject({ reason: 'Fenced' });
    expect(await readFile(join(volume.layout.data, 'a'), 'utf8')).toBe('1');
  });

  it('cannot remove snapshots', async () => {
    for (const revision of ['rev1', 'rev2', 'rev3']) {
      await volume.publish(revision, { a: revision }, new Date('2026-01-01T00:00:00Z'));
    }
    const old = await takeOver(volume.layout, nextToken());
    await takeOver(volume.layout, nextToken());

    const limits = { retain: 1, graceMs: 0 };
    await expect(pruneSnapshots(volume.layout, old, limits, new Date())).rejects.toMatchObject({ reason: 'Fenced' });
    expect(await readdir(volume.layout.snapshots)).toHaveLength(3);
  });
});

describe('taking over', () => {
  it('finds what the attempt before had complete', async () => {
    await volume.stage('rev1', { a: '1' });

    const next = await takeOver(volume.layout, nextToken());

    expect(await readStaged(next)).toEqual({ revision: 'rev1', variant: '', step: 'verified' });
    expect(await readFile(join(next.tree, 'a'), 'utf8')).toBe('1');
  });

  it('begins with an empty scratch space: the old one may still be written', async () => {
    const old = await takeOver(volume.layout, nextToken());
    await writeFile(join(old.scratch, 'half'), 'written');

    const next = await takeOver(volume.layout, nextToken());

    expect(await readdir(next.scratch)).toEqual([]);
  });

  it('may be repeated with the same token', async () => {
    const token = nextToken();
    const first = await takeOver(volume.layout, token);
    await writeFile(first.listing, '');

    const second = await takeOver(volume.layout, token);

    expect(await readFile(second.listing, 'utf8')).toBe('');
  });

  it('prefers what is complete to what a late process has left', async () => {
    await volume.stage('rev1', { a: '1' });
    for (const stray of ['a-stray', 'z-stray']) await mkdir(join(volume.layout.staging, stray));

    const next = await takeOver(volume.layout, nextToken());

    expect(await readStaged(next)).toMatchObject({ revision: 'rev1' });
    expect(await readdir(volume.layout.staging)).toEqual([next.token]);
  });

  it('by several at once leaves one directory, with all that was staged', async () => {
    for (let round = 0; round < 5; round++) {
      await volume.stage('rev1', { a: '1' });
      const tokens = Array.from({ length: 4 }, nextToken);

      const results = await Promise.allSettled(tokens.map((token) => takeOver(volume.layout, token)));

      const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      for (const refusal of refusals) expect(refusal).toMatchObject({ reason: 'Fenced' });
      const staging = await readdir(volume.layout.staging);
      expect(staging).toHaveLength(1);
      const kept = await readFile(join(volume.layout.staging, staging[0] ?? '', 'tree/a'), 'utf8');
      expect(kept).toBe('1');
    }
  });

  it('sorts out more than one left-over', async () => {
    await mkdir(join(volume.layout.staging, 'stray-1'));
    await mkdir(join(volume.layout.staging, 'stray-2'));

    const attempt = await takeOver(volume.layout, nextToken());

    expect(await readdir(volume.layout.staging)).toEqual([attempt.token]);
  });
});

describe('ending an attempt', () => {
  it('leaves nothing staged and nothing in the trash', async () => {
    const { attempt } = await volume.stage('rev1', { a: '1' });
    await takeOver(volume.layout, nextToken());
    await mkdir(join(volume.layout.trash, 'left-over'), { recursive: true });

    await discard(volume.layout, await takeOver(volume.layout, nextToken()));

    expect(await readdir(volume.layout.staging)).toEqual([]);
    expect(await readdir(volume.layout.trash)).toEqual([]);
    await discard(volume.layout, attempt);
  });
});
