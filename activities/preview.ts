import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { diffListings } from '../domain/delta.js';
import { DroverError } from '../domain/errors.js';
import { gate } from '../domain/gates.js';
import type { ManifestEntry } from '../domain/manifest.js';
import { listChanges, type Preview, type PreviewJob } from '../domain/preview.js';
import { listPublished, manifestPath, readPublished } from '../snapshots/inventory.js';
import { readListing } from '../snapshots/manifestFile.js';
import { digestPlan } from '../snapshots/planDigest.js';
import { readPublishedListing } from '../snapshots/write.js';
import type { SourceContext } from '../sources/source.js';
import { readGateFacts } from './gateFacts.js';
import { isSnapshotOf, observeVolume, withCredentials, type Observation } from './observe.js';
import type { MoverPorts } from './ports.js';
import type { StepContext } from './step.js';
import { requireVolume } from './volumes.js';

/**
 * Says what a sync would do now. Takes no part in who may change the volume: a run may work beside it, and nothing on
 * the export changes.
 */
export async function previewVolume(
  ports: MoverPorts,
  { volume, limit, after }: Omit<PreviewJob, 'exportName'>,
  step: StepContext,
): Promise<Preview> {
  const resource = await requireVolume(ports.kube, volume, step.signal);
  const observed = await observeVolume(ports, volume, resource, step.signal);
  const { layout, settings, source, key, isPublished } = observed;
  if (!observed.mayUse) {
    throw new DroverError('ForeignDirectory', `the directory ${layout.root} does not belong to this volume`);
  }
  const { revision } = key;
  const next = await withCredentials(ports, volume, resource, step.signal, (context) =>
    listNext(observed, { ...context, onProgress: step.onProgress }),
  );
  const facts = await readGateFacts(layout, next, settings.gates);
  const changes = listChanges(diffListings(await readPublishedListing(layout), next), { limit, after });
  const veto = gate(facts, settings.gates, settings.pin !== undefined);
  return {
    revision,
    from: (await readPublished(layout))?.revision,
    ...(!isPublished && {
      plan: await digestPlan(layout, volume.uid, { revision, variant: source.variant }),
      ...(veto !== undefined && { veto }),
    }),
    delta: facts.delta,
    ...changes,
  };
}

/** The files of the next tree: from a kept snapshot, or from the source by way of a private directory. */
async function listNext(
  { layout, source, key }: Observation,
  context: SourceContext,
): Promise<readonly ManifestEntry[]> {
  const { revision } = key;
  const kept = await listPublished(layout);
  const snapshot = kept.find((candidate) => isSnapshotOf(candidate, revision, source));
  if (snapshot !== undefined) return readListing(manifestPath(layout, snapshot.name));

  const scratchDir = join(context.privateDir, 'scratch');
  await mkdir(scratchDir);
  const keptRevisions = [...new Set(kept.map((candidate) => candidate.revision))];
  const { entries } = await source.list(revision, {
    ...context,
    scratchDir,
    storeDir: layout.store,
    keptRevisions,
    isReadOnly: true,
  });
  return entries;
}
