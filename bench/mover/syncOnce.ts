import type { MoverActivities } from '../../activities/mover.js';
import { gate } from '../../domain/gates.js';
import type { SyncStep } from '../../domain/sync.js';
import type { VolumeRef } from '../../domain/volume.js';
import { activityEnvironment } from './activityEnvironment.js';
import type { SyncOutcome } from './calls.js';

/** The steps of one sync, by the mover's own activities and in the order of `workflows/syncVolume`, without Temporal. */
export async function syncOnce(mover: MoverActivities, volume: VolumeRef): Promise<SyncOutcome> {
  const stepsMs: Record<string, number> = {};
  const run = async <Input, Output>(
    name: string,
    activity: (input: Input) => Promise<Output>,
    input: Input,
  ): Promise<Output> => {
    const startMs = performance.now();
    const output: Output = await activityEnvironment().run(activity, input);
    stepsMs[name] = performance.now() - startMs;
    return output;
  };

  const resolution = await run('resolve', mover.resolve, { volume, isForced: true });
  if (resolution.outcome === 'unchanged') return { outcome: 'unchanged', stepsMs, bytesFetched: 0 };
  if (resolution.outcome !== 'changed') throw new Error(`nothing to sync: ${resolution.outcome}`);
  const step: SyncStep = { volume, target: resolution.target };
  let fetched: Pick<SyncOutcome, 'delta' | 'bytesFetched'> = { bytesFetched: 0 };
  if (step.target.snapshot === undefined) {
    const { facts, bytesFetched } = await run('diff', mover.diff, step);
    const veto = gate(facts, step.target.settings.gates, false);
    if (veto !== undefined) throw new Error(veto.message);
    const written = await run('fetch', mover.fetch, step);
    await run('verify', mover.verify, step);
    fetched = { delta: facts.delta, bytesFetched: bytesFetched + written.bytesFetched };
  }
  await run('publish', mover.publish, step);
  await run('prune', mover.prune, step);
  return { outcome: 'published', stepsMs, ...fetched };
}
