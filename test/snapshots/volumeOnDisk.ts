import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ManifestEntry } from '../../domain/manifest.js';
import { comparePaths } from '../../domain/manifest.js';
import type { Snapshot } from '../../domain/sync.js';
import { recordStaged, takeOver, type Attempt } from '../../snapshots/attempt.js';
import { volumeLayout, type VolumeLayout } from '../../snapshots/layout.js';
import { readListing, writeListing } from '../../snapshots/manifestFile.js';
import { claimDirectory } from '../../snapshots/marker.js';
import { publishSnapshot } from '../../snapshots/publish.js';
import { describeSnapshot, keepSnapshot } from '../../snapshots/snapshot.js';
import { verifyTree } from '../../snapshots/verify.js';
import { writeTree } from '../../snapshots/write.js';

/** A volume's directory in a temporary export, filled from trees that are given as `path: content`. */
export interface VolumeOnDisk {
  readonly exportPath: string;
  readonly layout: VolumeLayout;
  /** Stages and verifies a tree under a new attempt; not published yet. */
  stage(revision: string, tree: Tree): Promise<{ attempt: Attempt; snapshot: Snapshot; written: string[] }>;
  /** The whole path up to the flip. */
  publish(revision: string, tree: Tree, now?: Date): Promise<Snapshot>;
  remove(): Promise<void>;
}

export type Tree = Readonly<Record<string, string>>;

export const UID = '11111111-2222-3333-4444-555555555555';
export const NEVER = new AbortController().signal;

let attempts = 0;

/** A token that was not used before. */
export function nextToken(): string {
  return `attempt-${++attempts}`;
}

export async function createVolume(): Promise<VolumeOnDisk> {
  const exportPath = await mkdtemp(join(tmpdir(), 'drover-snapshots-'));
  const layout = volumeLayout(exportPath, 'demo.site');
  await claimDirectory(layout, UID, false);

  const stage: VolumeOnDisk['stage'] = async (revision, tree) => {
    const attempt = await takeOver(layout, nextToken());
    const staged = { revision, variant: '' };
    await writeListing(attempt.listing, listingOf(tree));
    await recordStaged(attempt, { ...staged, step: 'listed' });
    const written: string[] = [];
    const write = async (entries: readonly ManifestEntry[], targetDir: string): Promise<void> => {
      for (const { path } of entries) {
        written.push(path);
        await mkdir(dirname(join(targetDir, path)), { recursive: true });
        await writeFile(join(targetDir, path), tree[path] ?? '');
      }
    };
    await writeTree(layout, attempt, staged, write, NEVER);
    const verified = await verifyTree(attempt.tree, await readListing(attempt.listing), NEVER);
    const snapshot = await describeSnapshot(attempt, staged, verified, new Date());
    return { attempt, snapshot, written };
  };

  return {
    exportPath,
    layout,
    stage,
    async publish(revision, tree, now = new Date()) {
      const { attempt, snapshot } = await stage(revision, tree);
      await keepSnapshot(layout, attempt, snapshot);
      await publishSnapshot(layout, attempt, snapshot.name, now);
      return snapshot;
    },
    remove: () => rm(exportPath, { recursive: true, force: true }),
  };
}

export function listingOf(tree: Tree): ManifestEntry[] {
  return Object.entries(tree)
    .map(([path, content]) => ({ path, mode: 'file' as const, size: Buffer.byteLength(content), id: `id-${content}` }))
    .sort((a, b) => comparePaths(a.path, b.path));
}
