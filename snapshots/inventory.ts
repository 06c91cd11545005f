import { readlink, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Published, Snapshot } from '../domain/sync.js';
import { hasCode, listOrEmpty, readJson } from './files.js';
import type { VolumeLayout } from './layout.js';
import { readPublications } from './publications.js';

/** What is on disk: the pointer, the snapshots and when they were published. Reading changes nothing. */

export function descriptionPath(layout: VolumeLayout, snapshot: string): string {
  return join(layout.manifests, `${snapshot}.json`);
}

export function manifestPath(layout: VolumeLayout, snapshot: string): string {
  return join(layout.manifests, `${snapshot}.jsonl`);
}

/** The name that the pointer names; undefined before the first publication. */
export async function readPointer(layout: VolumeLayout): Promise<string | undefined> {
  try {
    return basename(await readlink(layout.current));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** The snapshot that readers see; undefined when there is none or when its tree or description is missing. */
export async function readCurrent(layout: VolumeLayout): Promise<Snapshot | undefined> {
  const name = await readPointer(layout);
  return name === undefined ? undefined : readSnapshot(layout, name);
}

/** The same with the time since when readers see it. */
export async function readPublished(layout: VolumeLayout): Promise<Published | undefined> {
  const snapshot = await readCurrent(layout);
  if (snapshot === undefined) return undefined;
  const last = (await readPublications(layout)).findLast((publication) => publication.snapshot === snapshot.name);
  return { ...snapshot, time: new Date(last?.timeMs ?? 0).toISOString() };
}

/** A complete snapshot, by name. */
async function readSnapshot(layout: VolumeLayout, name: string): Promise<Snapshot | undefined> {
  const [snapshot, hasTree] = await Promise.all([
    readJson<Snapshot>(descriptionPath(layout, name)),
    isDirectory(join(layout.snapshots, name)),
  ]);
  return hasTree ? snapshot : undefined;
}

/** Complete snapshots that were published at some time, the most recently published first. */
export async function listPublished(layout: VolumeLayout): Promise<Published[]> {
  const current = await readPointer(layout);
  const found = new Map<string, Published>();
  // In the order of the record, not of its times: a clock may have been wrong.
  for (const { snapshot: name, timeMs, isPlanned } of (await readPublications(layout)).reverse()) {
    if (found.has(name) || (isPlanned === true && name !== current)) continue;
    const snapshot = await readSnapshot(layout, name);
    if (snapshot !== undefined) found.set(name, { ...snapshot, time: new Date(timeMs).toISOString() });
  }
  return [...found.values()];
}

/** The revisions of these, each once. */
export async function listKeptRevisions(layout: VolumeLayout): Promise<string[]> {
  return [...new Set((await listPublished(layout)).map(({ revision }) => revision))];
}

export function listSnapshotNames(layout: VolumeLayout): Promise<string[]> {
  return listOrEmpty(layout.snapshots);
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
