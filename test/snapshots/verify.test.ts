import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ManifestEntry } from '../../domain/manifest.js';
import { verifyTree } from '../../snapshots/verify.js';
import { NEVER } from './volumeOnDisk.js';

let tree: string;
beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'drover-verify-'));
  await mkdir(join(tree, 'dir'));
  await writeFile(join(tree, 'dir/file'), '12345');
  await writeFile(join(tree, 'run'), '#!');
  await chmod(join(tree, 'run'), 0o755);
  await symlink('../run', join(tree, 'dir/link'));
});
afterEach(() => rm(tree, { recursive: true }));

const LISTING: ManifestEntry[] = [
  { path: 'dir/file', mode: 'file', size: 5, id: '1' },
  { path: 'dir/link', mode: 'link', size: 6, id: '2' },
  { path: 'run', mode: 'executable', size: 2, id: '3' },
];

describe('verifyTree', () => {
  it('accepts what the listing says', async () => {
    expect(await verifyTree(tree, LISTING, NEVER)).toEqual(LISTING);
  });

  it('returns the size that was written where the source converts', async () => {
    const listing = LISTING.map((entry) =>
      entry.path === 'dir/file' ? { ...entry, size: 4, converted: true as const } : entry,
    );

    const [file] = await verifyTree(tree, listing, NEVER);

    expect(file).toEqual({ path: 'dir/file', mode: 'file', size: 5, id: '1' });
  });

  it.each<[string, () => Promise<void>, RegExp]>([
    ['a missing file', () => rm(join(tree, 'run')), /"run" is missing/],
    ['an extra file', () => writeFile(join(tree, 'extra'), ''), /"extra" is in the staged tree/],
    ['a truncated file', () => writeFile(join(tree, 'dir/file'), '123'), /"dir\/file" has 3 bytes, expected 5/],
    ['a lost executable bit', () => chmod(join(tree, 'run'), 0o644), /"run" is file, expected executable/],
  ])('refuses %s', async (_name, spoil, message) => {
    await spoil();

    await expect(verifyTree(tree, LISTING, NEVER)).rejects.toMatchObject({
      reason: 'VerificationFailed',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a link that leads out, whatever the source said', async () => {
    await rm(join(tree, 'dir/link'));
    await symlink('../../etc', join(tree, 'dir/link'));
    const listing = LISTING.map((entry) => (entry.mode === 'link' ? { ...entry, size: 9 } : entry));

    await expect(verifyTree(tree, listing, NEVER)).rejects.toMatchObject({ reason: 'UnsafeLink' });
  });
});
