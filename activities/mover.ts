import { summarize, diffListings } from '../domain/delta.js';
import { DroverError } from '../domain/errors.js';
import { isReservedName } from '../domain/gates.js';
import type { AttemptKey } from '../domain/polling.js';
import type { DiffReport, Published, PublishReport, Resolution, Snapshot, SyncStep } from '../domain/sync.js';
import { volumeDirectory, type VolumeRef } from '../domain/volume.js';
import type { VolumeObject } from '../k8s/volume.js';
import { discard, readStaged, recordStaged, takeOver, type Attempt } from '../snapshots/attempt.js';
import { listPublished, readPublished } from '../snapshots/inventory.js';
import { volumeLayout, type VolumeLayout } from '../snapshots/layout.js';
import { readListing, writeListing } from '../snapshots/manifestFile.js';
import { claimDirectory, readOwner } from '../snapshots/marker.js';
import { pruneSnapshots } from '../snapshots/prune.js';
import { publishSnapshot } from '../snapshots/publish.js';
import { clearRefusal, recordRefusal } from '../snapshots/refusal.js';
import { requireExport, retireDirectory } from '../snapshots/retire.js';
import { describeSnapshot, keepSnapshot, readDescribed } from '../snapshots/snapshot.js';
import { readFreeSpace } from '../snapshots/space.js';
import { verifyTree } from '../snapshots/verify.js';
import { readPublishedListing, writeTree } from '../snapshots/write.js';
import type { Source, StoreContext } from '../sources/source.js';
import { isSnapshotOf, mayAdopt, observeVolume, withCredentials } from './observe.js';
import type { MoverPorts } from './ports.js';
import { runStep, type StepContext } from './step.js';
import { readVolume, requireVolume } from './volumes.js';

export type MoverActivities = ReturnType<typeof createMoverActivities>;

/** The steps of an operation that happen where the export's disk is. Each is read, compare, write: a repeat is harmless. */
export function createMoverActivities(ports: MoverPorts) {
  const layoutOf = (volume: VolumeRef): VolumeLayout => volumeLayout(ports.exportPath, volumeDirectory(volume));

  /** Takes the volume over for this try of this step. */
  async function hold(volume: VolumeRef, { token, signal }: StepContext) {
    const resource = await requireVolume(ports.kube, volume, signal);
    const layout = layoutOf(volume);
    await requireExport(ports.exportPath);
    await claimDirectory(layout, volume.uid, mayAdopt(resource));
    return { resource, layout, attempt: await takeOver(layout, token) };
  }

  /** Runs `use` with the source of the step's target, as the volume's settings were when the run resolved it. */
  async function withSource<T>(
    { volume, target }: SyncStep,
    held: { resource: VolumeObject; layout: VolumeLayout; attempt: Attempt },
    { signal, onProgress }: StepContext,
    use: (source: Source, context: StoreContext) => Promise<T>,
  ): Promise<T> {
    const source = ports.createSource(target.settings.source);
    const keptRevisions = [...new Set((await listPublished(held.layout)).map(({ revision }) => revision))];
    return withCredentials(ports, volume, held.resource, signal, (context) =>
      use(source, {
        ...context,
        scratchDir: held.attempt.scratch,
        storeDir: held.layout.store,
        keptRevisions,
        onProgress,
      }),
    );
  }

  /** Has the source list the revision, unless this attempt, or the one it took over from, has that already. */
  async function stageListing(attempt: Attempt, revision: string, source: Source, context: StoreContext) {
    const staged = await readStaged(attempt);
    if (staged?.revision === revision && staged.variant === source.variant) return { staged, bytesFetched: 0 };
    const { entries, bytesFetched } = await source.list(revision, context);
    await writeListing(attempt.listing, entries);
    const listed = { revision, variant: source.variant, step: 'listed' } as const;
    await recordStaged(attempt, listed);
    return { staged: listed, bytesFetched };
  }

  return {
    /** Asks the resource what is wanted and the source what there is. */
    resolve: ({ volume, isForced }: { volume: VolumeRef; isForced: boolean }): Promise<Resolution> =>
      runStep(async ({ signal }) => {
        const resource = await readVolume(ports.kube, volume, signal);
        if (resource === undefined) return { outcome: 'gone' };
        if (resource.spec.paused === true) return { outcome: 'paused' };
        const observed = await observeVolume(ports, volume, resource, signal);
        const { settings, source, layout, key, mayUse } = observed;
        if (observed.isPublished) return { outcome: 'unchanged', key, publication: await readPublication(layout) };
        if (observed.isRefused && !isForced) return { outcome: 'refused', key };
        const kept = mayUse ? await listPublished(layout) : [];
        const snapshot = kept.find((candidate) => isSnapshotOf(candidate, key.revision, source))?.name;
        return { outcome: 'changed', key, target: { revision: key.revision, settings, snapshot } };
      }, ports.reportProgress),

    /** Lists the target revision and compares it with what is published. */
    diff: (input: SyncStep): Promise<DiffReport> =>
      runStep(
        async (step) => {
          const held = await hold(input.volume, step);
          return withSource(input, held, step, async (source, context) => {
            const { bytesFetched } = await stageListing(held.attempt, input.target.revision, source, context);
            const [previous, next] = await Promise.all([
              readPublishedListing(held.layout),
              readListing(held.attempt.listing),
            ]);
            const topLevel = new Set(next.map(({ path }) => path.split('/', 1)[0] ?? path));
            const facts = {
              delta: summarize(diffListings(previous, next)),
              reservedNames: [...topLevel].filter(isReservedName).slice(0, 5),
              ...(await readFreeSpace(held.layout.root)),
            };
            return { facts, bytesFetched };
          });
        },
        ports.reportProgress,
        input.target.settings.timeoutMs,
      ),

    /** Makes the next tree in the staging directory: links to what is unchanged, the rest from the source. */
    fetch: (input: SyncStep): Promise<{ bytesFetched: number }> =>
      runStep(
        async (step) => {
          const held = await hold(input.volume, step);
          return withSource(input, held, step, async (source, context) => {
            const { revision } = input.target;
            const { staged, bytesFetched } = await stageListing(held.attempt, revision, source, context);
            if (staged.step !== 'listed') return { bytesFetched: 0 };
            let writtenBytes = 0;
            await writeTree(
              held.layout,
              held.attempt,
              staged,
              async (entries, targetDir) => {
                writtenBytes = (await source.write(revision, entries, targetDir, context)).bytesFetched;
              },
              step.signal,
            );
            return { bytesFetched: bytesFetched + writtenBytes };
          });
        },
        ports.reportProgress,
        input.target.settings.timeoutMs,
      ),

    /** Compares the staged tree with its listing, and describes it as a snapshot. */
    verify: ({ volume, target }: SyncStep): Promise<Snapshot> =>
      runStep(
        async (step) => {
          const { attempt } = await hold(volume, step);
          const staged = await readStaged(attempt);
          if (staged === undefined || staged.step === 'listed') {
            throw new DroverError('VerificationFailed', 'the staged tree is gone');
          }
          const described = await readDescribed(attempt);
          if (staged.step === 'verified' && described !== undefined) return described;
          const verified = await verifyTree(attempt.tree, await readListing(attempt.listing), step.signal);
          return describeSnapshot(attempt, staged, verified, ports.now());
        },
        ports.reportProgress,
        target.settings.timeoutMs,
      ),

    /** Makes the verified snapshot, or the kept one that the target names, the one that readers see. */
    publish: ({ volume, target }: SyncStep): Promise<PublishReport> =>
      runStep(async (step) => {
        const { layout, attempt } = await hold(volume, step);
        const described = target.snapshot === undefined ? await readDescribed(attempt) : undefined;
        const name = target.snapshot ?? described?.name;
        if (name === undefined) throw new DroverError('VerificationFailed', 'the staged tree is gone');
        if (described !== undefined) await keepSnapshot(layout, attempt, described);
        await publishSnapshot(layout, attempt, name, ports.now(), ports.publishHooks);
        await clearRefusal(layout);
        return readPublication(layout);
      }, ports.reportProgress),

    /** Removes snapshots that nobody needs, what the store keeps for them, and the staging directory. */
    prune: (input: SyncStep): Promise<readonly Published[]> =>
      runStep(async (step) => {
        const held = await hold(input.volume, step);
        const { layout, attempt } = held;
        const { retain } = input.target.settings;
        await pruneSnapshots(layout, attempt, { retain, graceMs: ports.graceMs }, ports.now());
        await withSource(input, held, step, (source, context) => source.compact(context));
        await discard(layout, attempt);
        return listPublished(layout);
      }, ports.reportProgress),

    /** Ends an attempt that will not publish: removes what it staged, and notes what is not to be tried again by itself. */
    concede: ({ volume, refusal }: { volume: VolumeRef; refusal?: AttemptKey | undefined }): Promise<void> =>
      runStep(async ({ token }) => {
        const layout = layoutOf(volume);
        if ((await readOwner(layout)) !== volume.uid) return;
        await discard(layout, await takeOver(layout, token));
        await (refusal === undefined ? clearRefusal(layout) : recordRefusal(layout, refusal));
      }, ports.reportProgress),

    /** Removes the directory of a deleted volume, or leaves it. */
    retire: ({
      volume,
      deletionPolicy,
    }: {
      volume: VolumeRef;
      deletionPolicy: 'Retain' | 'Delete';
    }): Promise<boolean> =>
      runStep(() => retireDirectory(layoutOf(volume), { uid: volume.uid, deletionPolicy }), ports.reportProgress),
  };
}

async function readPublication(layout: VolumeLayout): Promise<PublishReport> {
  const published = await readPublished(layout);
  if (published === undefined) throw new DroverError('VerificationFailed', 'the published snapshot is incomplete');
  return { published, snapshots: await listPublished(layout) };
}
