import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { diffListings } from '../domain/delta.js';
import { DroverError } from '../domain/errors.js';
import { gate } from '../domain/gates.js';
import type { ManifestEntry } from '../domain/manifest.js';
import { listChanges, type Preview, type PreviewJob } from '../domain/preview.js';
import { listKeptRevisions, manifestPath, readPublished } from '../snapshots/inventory.js';
import { readListing } from '../snapshots/manifestFile.js';
import { digestPlan } from '../snapshots/planDigest.js';
import { readPublishedListing } from '../snapshots/write.js';
import type { SourceContext } from '../sources/source.js';
import { readGateFacts } from './gateFacts.js';
import { findKept, observeVolume, withCredentials, type Observation } from './observe.js';
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
  const previous = await readPublishedListing(layout);
  const facts = await readGateFacts(layout, { previous, next }, settings.gates);
  const changes = listChanges(diffListings(previous, next), { limit, after });
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
async function listNext(observed: Observation, context: SourceContext): Promise<readonly ManifestEntry[]> {
  const { layout, source, key } = observed;
  const snapshot = await findKept(observed);
  if (snapshot !== undefined) return readListing(manifestPath(layout, snapshot.name));

  const scratchDir = join(context.privateDir, 'scratch');
  await mkdir(scratchDir);
  const keptRevisions = await listKeptRevisions(layout);
  const dirs = { scratchDir, storeDir: layout.store, keptRevisions, isReadOnly: true };
  return (await source.list(key.revision, { ...context, ...dirs })).entries;
}
