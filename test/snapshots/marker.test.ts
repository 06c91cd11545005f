import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { volumeLayout, type VolumeLayout } from '../../snapshots/layout.js';
import { claimDirectory, readOwner } from '../../snapshots/marker.js';
import { retireDirectory } from '../../snapshots/retire.js';

let exportPath: string;
let layout: VolumeLayout;
beforeEach(async () => {
  exportPath = await mkdtemp(join(tmpdir(), 'drover-marker-'));
  layout = volumeLayout(exportPath, 'demo.site');
});
afterEach(() => rm(exportPath, { recursive: true, force: true }));

describe('claimDirectory', () => {
  it('makes a new directory, and may be repeated', async () => {
    await claimDirectory(layout, 'mine', false);
    await claimDirectory(layout, 'mine', false);

    expect(await readOwner(layout)).toBe('mine');
  });

  it('takes an empty directory', async () => {
    await mkdir(layout.root);

    await claimDirectory(layout, 'mine', false);

    expect(await readOwner(layout)).toBe('mine');
  });

  it.each<[string, () => Promise<void>]>([
    ['of another volume', () => claimDirectory(layout, 'theirs', false)],
    [
      'with files and no marker',
      async () => {
        await mkdir(layout.root);
        await writeFile(join(layout.root, 'data.txt'), 'precious');
      },
    ],
  ])('refuses a directory %s, unless told to adopt it', async (_name, prepare) => {
    await prepare();

    await expect(claimDirectory(layout, 'mine', false)).rejects.toMatchObject({ reason: 'ForeignDirectory' });
    expect(await readOwner(layout)).not.toBe('mine');

    await claimDirectory(layout, 'mine', true);
    expect(await readOwner(layout)).toBe('mine');
  });
});

describe('retireDirectory', () => {
  beforeEach(() => claimDirectory(layout, 'mine', false));

  it('removes the directory and its trash', async () => {
    expect(await retireDirectory(layout, { uid: 'mine', deletionPolicy: 'Delete' })).toBe(true);

    expect(existsSync(layout.root)).toBe(false);
    expect(await readdir(join(exportPath, '.trash'))).toEqual([]);
  });

  it('finishes what a killed removal left in the trash', async () => {
    await mkdir(join(exportPath, '.trash', 'mine-1', 'data'), { recursive: true });
    await rm(layout.root, { recursive: true });

    expect(await retireDirectory(layout, { uid: 'mine', deletionPolicy: 'Delete' })).toBe(true);

    expect(await readdir(join(exportPath, '.trash'))).toEqual([]);
  });

  it('leaves everything with Retain', async () => {
    expect(await retireDirectory(layout, { uid: 'mine', deletionPolicy: 'Retain' })).toBe(false);

    expect(await readOwner(layout)).toBe('mine');
  });

  it('leaves the directory of another volume', async () => {
    expect(await retireDirectory(layout, { uid: 'other', deletionPolicy: 'Delete' })).toBe(false);

    expect(await readOwner(layout)).toBe('mine');
  });
});
