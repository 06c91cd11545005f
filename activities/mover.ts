import { DroverError } from '../domain/errors.js';
import type { GateFacts } from '../domain/gates.js';
import { APPROVED_PLAN_ANNOTATION } from '../domain/names.js';
import type { AttemptKey } from '../domain/polling.js';
import type { Preview, PreviewJob } from '../domain/preview.js';
import type { DiffReport, Published, PublishReport, Resolution, Snapshot, SyncStep } from '../domain/sync.js';
import { volumeDirectory, type VolumeRef } from '../domain/volume.js';
import type { VolumeObject } from '../k8s/volume.js';
import { discard, discardAny, readStaged, recordStaged, takeOver, type Attempt } from '../snapshots/attempt.js';
import { readExportTime } from '../snapshots/exportClock.js';
import { listKeptRevisions, listPublished, manifestPath, readPublished } from '../snapshots/inventory.js';
import { volumeLayout, type VolumeLayout } from '../snapshots/layout.js';
import { readListing, writeListing } from '../snapshots/manifestFile.js';
import { claimDirectory, readOwner } from '../snapshots/marker.js';
import { pruneSnapshots } from '../snapshots/prune.js';
import { digestPlan } from '../snapshots/planDigest.js';
import { publishSnapshot } from '../snapshots/publish.js';
import { clearRefusal, recordRefusal } from '../snapshots/refusal.js';
import { retireDirectory } from '../snapshots/retire.js';
import { describeSnapshot, keepSnapshot, readDescribed } from '../snapshots/snapshot.js';
import { verifyTree } from '../snapshots/verify.js';
import { readPublishedListing, writeTree } from '../snapshots/write.js';
import type { Source, StoreContext } from '../sources/source.js';
import { requireExport } from './export.js';
import { readGateFacts } from './gateFacts.js';
import { findKept, mayAdopt, observeVolume, withCredentials } from './observe.js';
import type { MoverPorts } from './ports.js';
import { previewVolume } from './preview.js';
import { nameShortage } from './shortage.js';
import { runStep, type StepContext } from './step.js';
import { readVolume, requireVolume } from './volumes.js';

export type MoverActivities = ReturnType<typeof createMoverActivities>;

/** The steps of an operation that happen where the export's disk is. Each is read, compare, write: a repeat is harmless. */
export function createMoverActivities(ports: MoverPorts) {
  const layoutOf = (volume: VolumeRef): VolumeLayout => volumeLayout(ports.exportPath, volumeDirectory(volume));

  /** Runs a step on the export; see `runStep`. */
  function onExport<T>(work: (step: StepContext) => Promise<T>, timeoutMs?: number): Promise<T> {
    const named = (step: StepContext): Promise<T> =>
      work(step).catch(async (error: unknown) => {
        throw await nameShortage(error, ports.exportPath);
      });
    return runStep(named, ports.reportProgress, timeoutMs);
  }

  /** Takes the volume over for this try of this step. */
  async function hold(volume: VolumeRef, { token, taskToken, signal }: StepContext) {
    const resource = await requireVolume(ports.kube, volume, signal);
    const layout = layoutOf(volume);
    await requireExport(ports, signal);
    await claimDirectory(layout, volume.uid, mayAdopt(resource));
    const attempt = await takeOver(layout, token);
    // Asked after the take-over: a process that was stopped before it must not go on as if it were the newest. One that
    // takes over later than this finds the directory, and so fences this one.
    await ports.confirmTry(taskToken).catch(async (error: unknown) => {
      // What is staged stays for the attempt that it was taken from.
      if ((await readStaged(attempt)) === undefined) await discard(layout, attempt);
      throw error;
    });
    return { resource, layout, attempt };
  }

  /** Runs `use` with the source of the step's target, as the volume's settings were when the run resolved it. */
  async function withSource<T>(
    { volume, target }: SyncStep,
    held: { resource: VolumeObject; layout: VolumeLayout; attempt: Attempt },
    { signal, onProgress }: StepContext,
    use: (source: Source, context: StoreContext) => Promise<T>,
  ): Promise<T> {
    const source = ports.createSource(target.settings.source);
    const keptRevisions = await listKeptRevisions(held.layout);
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
      onExport(async ({ signal }) => {
        const resource = await readVolume(ports.kube, volume, signal);
        if (resource === undefined) return { outcome: 'gone' };
        if (resource.spec.paused === true) return { outcome: 'paused' };
        const observed = await observeVolume(ports, volume, resource, signal);
        const { settings, source, layout, key } = observed;
        if (observed.isPublished) return { outcome: 'unchanged', key, publication: await readPublication(layout) };
        if (observed.isRefused && !isForced) return { outcome: 'refused', key };
        const snapshot = (await findKept(observed))?.name;
        const { revision } = key;
        const plan = await digestPlan(layout, volume.uid, { revision, variant: source.variant });
        const approvedPlan = resource.metadata.annotations?.[APPROVED_PLAN_ANNOTATION];
        return { outcome: 'changed', key, target: { revision, settings, snapshot, plan, approvedPlan } };
      }),

    /** Lists the target revision, or reads the list of its kept snapshot, and compares it with what is published. */
    diff: (input: SyncStep): Promise<DiffReport> =>
      onExport(async (step) => {
        const held = await hold(input.volume, step);
        const { layout, attempt } = held;
        const { revision, snapshot, settings } = input.target;
        const compare = async (listing: string): Promise<GateFacts> => {
          const [previous, next] = await Promise.all([readPublishedListing(layout), readListing(listing)]);
          return readGateFacts(layout, { previous, next }, settings.gates);
        };
        if (snapshot !== undefined) return { facts: await compare(manifestPath(layout, snapshot)), bytesFetched: 0 };
        return withSource(input, held, step, async (source, context) => {
          const { bytesFetched } = await stageListing(attempt, revision, source, context);
          return { facts: await compare(attempt.listing), bytesFetched };
        });
      }, input.target.settings.timeoutMs),

    /** Says what a sync would do, and changes nothing. */
    preview: (job: PreviewJob): Promise<Preview> => onExport((step) => previewVolume(ports, job, step)),

    /** Makes the next tree in the staging directory: links to what is unchanged, the rest from the source. */
    fetch: (input: SyncStep): Promise<{ bytesFetched: number }> =>
      onExport(async (step) => {
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
      }, input.target.settings.timeoutMs),

    /** Compares the staged tree with its listing, and describes it as a snapshot. */
    verify: ({ volume, target }: SyncStep): Promise<Snapshot> =>
      onExport(async (step) => {
        const { attempt } = await hold(volume, step);
        const staged = await readStaged(attempt);
        if (staged === undefined || staged.step === 'listed') {
          throw new DroverError('VerificationFailed', 'the staged tree is gone');
        }
        const described = await readDescribed(attempt);
        if (staged.step === 'verified' && described !== undefined) return described;
        const verified = await verifyTree(attempt.tree, await readListing(attempt.listing), step.signal);
        return describeSnapshot(attempt, staged, verified, await readExportTime(attempt));
      }, target.settings.timeoutMs),

    /** Makes the verified snapshot, or the kept one that the target names, the one that readers see. */
    publish: ({ volume, target }: SyncStep): Promise<PublishReport> =>
      onExport(async (step) => {
        const { layout, attempt } = await hold(volume, step);
        const described = target.snapshot === undefined ? await readDescribed(attempt) : undefined;
        const name = target.snapshot ?? described?.name;
        if (name === undefined) throw new DroverError('VerificationFailed', 'the staged tree is gone');
        if (described !== undefined) await keepSnapshot(layout, attempt, described);
        await publishSnapshot(layout, attempt, name, await readExportTime(attempt), ports.publishHooks);
        await clearRefusal(layout);
        return readPublication(layout);
      }),

    /** Removes snapshots that nobody needs, what the store keeps for them, and the staging directory. */
    prune: (input: SyncStep): Promise<readonly Published[]> =>
      onExport(async (step) => {
        const held = await hold(input.volume, step);
        const { layout, attempt } = held;
        const limits = { retain: input.target.settings.retain, graceMs: ports.graceMs };
        await pruneSnapshots(layout, attempt, limits, await readExportTime(attempt));
        await withSource(input, held, step, (source, context) => source.compact(context));
        await discard(layout, attempt);
        return listPublished(layout);
      }),

    /** Ends an attempt that will not publish: removes what it staged, and notes what is not to be tried again by itself. */
    concede: ({ volume, refusal }: { volume: VolumeRef; refusal?: AttemptKey | undefined }): Promise<void> =>
      onExport(async ({ taskToken }) => {
        const layout = layoutOf(volume);
        if ((await readOwner(layout)) !== volume.uid) return;
        await ports.confirmTry(taskToken);
        await discardAny(layout);
        await (refusal === undefined ? clearRefusal(layout) : recordRefusal(layout, refusal));
      }),

    /** Removes the directory of a deleted volume, or leaves it. */
    retire: ({
      volume,
      deletionPolicy,
    }: {
      volume: VolumeRef;
      deletionPolicy: 'Retain' | 'Delete';
    }): Promise<boolean> =>
      onExport(async ({ signal }) => {
        await requireExport(ports, signal);
        return retireDirectory(layoutOf(volume), { uid: volume.uid, deletionPolicy });
      }),
  };
}

async function readPublication(layout: VolumeLayout): Promise<PublishReport> {
  const published = await readPublished(layout);
  if (published === undefined) throw new DroverError('VerificationFailed', 'the published snapshot is incomplete');
  return { published, snapshots: await listPublished(layout) };
}
