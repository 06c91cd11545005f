import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DroverError } from '../domain/errors.js';
import { ADOPT_ANNOTATION } from '../domain/names.js';
import { isSameAttempt, type ResolvedKey } from '../domain/polling.js';
import type { VolumeSettings } from '../domain/settings.js';
import type { Published, Snapshot } from '../domain/sync.js';
import { volumeDirectory, type VolumeRef } from '../domain/volume.js';
import { withDeadline } from '../k8s/deadline.js';
import type { VolumeObject } from '../k8s/volume.js';
import { listPublished, readCurrent } from '../snapshots/inventory.js';
import { volumeLayout, type VolumeLayout } from '../snapshots/layout.js';
import { findForeignOwner } from '../snapshots/marker.js';
import { readRefusal } from '../snapshots/refusal.js';
import type { Source, SourceContext } from '../sources/source.js';
import { readCredentials } from './credentials.js';
import { checkExport } from './export.js';
import type { MoverPorts } from './ports.js';
import { requireSettings } from './volumes.js';

/** What a volume asks for at this moment, beside what is published. */
export interface Observation {
  readonly settings: VolumeSettings;
  readonly source: Source;
  readonly layout: VolumeLayout;
  readonly key: ResolvedKey;
  /** The directory is the volume's own, nobody's, or one that the resource may adopt. */
  readonly mayUse: boolean;
  readonly isPublished: boolean;
  /** A run gave this very attempt up, or the directory belongs to somebody else. */
  readonly isRefused: boolean;
}

/** A source that does not answer for this long counts as unreachable; the slot is needed for others. */
const ANSWER_TIMEOUT_MS = 60_000;

/**
 * Asks the source for its revision (unless one is pinned) and compares it with the disk. Reads only.
 * @param timeoutMs 60 s when absent; after that the source counts as unreachable
 */
export function observeVolume(
  ports: MoverPorts,
  volume: VolumeRef,
  resource: VolumeObject,
  signal: AbortSignal,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<Observation> {
  const unreachable = (): DroverError =>
    new DroverError('SourceUnreachable', `the source did not answer within ${timeoutMs / 1000} s`);
  return withDeadline(timeoutMs, unreachable, (bound) => observe(ports, volume, resource, bound), signal);
}

async function observe(
  ports: MoverPorts,
  volume: VolumeRef,
  resource: VolumeObject,
  signal: AbortSignal,
): Promise<Observation> {
  const settings = requireSettings(resource.spec);
  const source = ports.createSource(settings.source);
  const layout = volumeLayout(ports.exportPath, volumeDirectory(volume));
  await checkExport(ports, signal);
  return withCredentials(ports, volume, resource, signal, async (context, credentialsVersion) => {
    const revision = settings.pin ?? (await source.resolve(context));
    const key = { revision, generation: resource.metadata.generation ?? 0, credentialsVersion };
    const isForeign = (await findForeignOwner(layout, volume.uid)) !== undefined;
    const mayUse = !isForeign || mayAdopt(resource);
    const current = await readCurrent(layout);
    return {
      settings,
      source,
      layout,
      key,
      mayUse,
      // The same content in a foreign directory is not this volume's: publishing it is what makes the directory its own.
      isPublished: !isForeign && current !== undefined && isSnapshotOf(current, revision, source),
      // A foreign directory cannot hold a refusal of this volume, and stays foreign until somebody acts.
      isRefused: !mayUse || (!isForeign && isSameAttempt(await readRefusal(layout), key)),
    };
  });
}

/** Whether the resource says that it may take over a directory that is not its own. */
export function mayAdopt({ metadata }: VolumeObject): boolean {
  return metadata.annotations?.[ADOPT_ANNOTATION] === metadata.uid;
}

/** Whether the snapshot is what `source` would publish for this revision. */
function isSnapshotOf(snapshot: Snapshot, revision: string, source: Source): boolean {
  return snapshot.revision === revision && snapshot.variant === source.variant;
}

/** The kept snapshot of what was observed: nothing needs to be fetched for it. A directory that is not the volume's has none. */
export async function findKept({ layout, source, key, mayUse }: Observation): Promise<Published | undefined> {
  if (!mayUse) return undefined;
  return (await listPublished(layout)).find((snapshot) => isSnapshotOf(snapshot, key.revision, source));
}

/** Runs `use` with the volume's credentials and a private directory that is removed afterwards, whatever happens. */
export async function withCredentials<T>(
  ports: MoverPorts,
  volume: VolumeRef,
  resource: VolumeObject,
  signal: AbortSignal,
  use: (context: SourceContext, credentialsVersion: string) => Promise<T>,
): Promise<T> {
  const { credentials, version } = await readCredentials(ports.kube, volume, resource.spec, signal);
  const privateDir = await mkdtemp(join(ports.privateRoot, 'source-'));
  try {
    return await use({ credentials, privateDir, signal }, version);
  } finally {
    await rm(privateDir, { recursive: true, force: true });
  }
}
