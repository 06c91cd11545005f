import { continueAsNew, isCancellation, log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control.js';
import type { MoverActivities } from '../activities/mover.js';
import { DroverError, FAILURES } from '../domain/errors.js';
import { gate } from '../domain/gates.js';
import { CONTROL_POLICY, EXPORT_POLICY, moverPolicy, RESOLVE_POLICY } from '../domain/policy.js';
import type { AttemptKey } from '../domain/polling.js';
import { CONTROL_QUEUE, moverQueue } from '../domain/queues.js';
import { handledBy, triggerOf, type Handled, type SyncRequest } from '../domain/requests.js';
import type { PublishReport, SyncJob, SyncReport, SyncStep, SyncUpdate } from '../domain/sync.js';
import { createDisplay } from './display.js';
import { failureOf, type Failure } from './failures.js';
import { collectRequests } from './inbox.js';
import { ABORTED, listenToOperator } from './operator.js';

const control = proxyActivities<ControlActivities>({ taskQueue: CONTROL_QUEUE, ...CONTROL_POLICY });

const NOTHING_FETCHED = { filesChanged: 0, bytesFetched: 0 };

/** Nobody wants the sync any more: the resource is gone, or paused. */
const SKIPPED: SyncReport = { result: 'Skipped', ...NOTHING_FETCHED };

/**
 * One sync of one volume: resolve, diff, gate, fetch, verify, publish, prune. What is published stays published whatever
 * happens. When tries end, the run does not fail but waits as `Stalled` until somebody says retry or abort, or until a
 * request overtakes it.
 */
export async function syncVolume({ volume, exportName, requests = [] }: SyncJob): Promise<SyncReport> {
  const inbox = collectRequests(requests);
  const display = createDisplay(volume, { phase: 'Resolving', isPaused: false });
  const operator = listenToOperator((isPaused) => display.show({ isPaused }));

  const taskQueue = moverQueue(exportName);
  const source = proxyActivities<MoverActivities>({ taskQueue, ...RESOLVE_POLICY });
  const disk = proxyActivities<MoverActivities>({ taskQueue, ...EXPORT_POLICY });

  let handled: Handled = {};
  let trigger: SyncRequest['reason'] = 'requested';
  let key: AttemptKey | undefined;
  let publication: PublishReport | undefined;
  let report: SyncReport | undefined;
  while (report === undefined) {
    try {
      report = await operator.abortable(syncOnce);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.reason === 'VolumeGone') {
        report = SKIPPED;
        break;
      }
      // Refused is only what trying again cannot change; for the rest the poller is the next try.
      const refusal = FAILURES[failure.reason].retry ? undefined : key;
      if (failure.reason === 'Aborted') {
        report = await abandon('aborted', failure, refusal);
        break;
      }
      display.show({ phase: 'Stalled', lastError: failure });
      report = await abandon('stalled', failure, refusal);
      // The same revision is news only when something else about the attempt has changed, or when it was not refused.
      handled = { ...handled, revision: undefined, refused: refusal };
      const decision = await operator.decision(() => inbox.pending(handled).length > 0);
      if (decision === 'retry') report = undefined;
      if (decision === 'abort') report = await abandon('aborted', { reason: 'Aborted', message: ABORTED }, key);
    }
  }
  display.finish(report);

  // Last statement: with one more step behind it, requests that arrive meanwhile would be lost.
  const pending = inbox.pending(handled);
  return pending.length === 0 ? report : continueAsNew<typeof syncVolume>({ volume, exportName, requests: pending });

  async function syncOnce(): Promise<SyncReport> {
    const taken = inbox.take();
    // Without a request it was a person who said retry.
    const isForced = taken.length === 0 || triggerOf(taken) !== 'source-changed';
    if (taken.length > 0) trigger = triggerOf(taken);
    handled = { ...handled, ...handledBy(taken) };
    display.show({ phase: 'Resolving', trigger, lastError: undefined });
    const resolution = await source.resolve({ volume, isForced });
    if (resolution.outcome === 'gone' || resolution.outcome === 'paused') return SKIPPED;
    const { revision, generation } = resolution.key;
    key = resolution.key;
    handled = { ...handled, generation, revision };
    display.show({ revision });
    if (resolution.outcome === 'refused') return { result: 'Refused', revision, ...NOTHING_FETCHED };
    if (resolution.outcome === 'unchanged') {
      publication = resolution.publication;
      return complete({ result: 'Unchanged', revision, ...NOTHING_FETCHED });
    }

    const { target } = resolution;
    const step: SyncStep = { volume, target };
    const started = tell({ kind: 'started' });
    let changes = NOTHING_FETCHED;
    try {
      if (target.snapshot === undefined) changes = await fetchSnapshot(step);
    } finally {
      // Also when fetching fails: what is told next must not be overtaken by it.
      await started;
    }
    await operator.checkpoint();

    display.show({ phase: 'Publishing' });
    publication = await disk.publish(step);
    display.show({ phase: 'Pruning' });
    publication = { ...publication, snapshots: await disk.prune(step) };
    return complete({ result: 'Published', revision, digest: publication.published.digest, ...changes });
  }

  /** Brings a new revision into a verified snapshot on the export, beside the published one. */
  async function fetchSnapshot(step: SyncStep): Promise<Pick<SyncReport, 'filesChanged' | 'bytesFetched'>> {
    const mover = proxyActivities<MoverActivities>({ taskQueue, ...moverPolicy(step.target.settings.timeoutMs) });
    display.show({ phase: 'Comparing' });
    const { facts, bytesFetched } = await mover.diff(step);

    const veto = gate(facts);
    if (veto !== undefined) throw new DroverError(veto.reason, veto.message);
    await operator.checkpoint();

    display.show({ phase: 'Fetching' });
    const written = await mover.fetch(step);
    await operator.checkpoint();

    display.show({ phase: 'Verifying' });
    await mover.verify(step);
    const { added, changed, deleted } = facts.delta;
    return { filesChanged: added + changed + deleted, bytesFetched: bytesFetched + written.bytesFetched };
  }

  async function complete(done: SyncReport): Promise<SyncReport> {
    await tell({ kind: 'done', report: done });
    return done;
  }

  async function tell(state: SyncUpdate['state']): Promise<void> {
    const { workflowId, runId, runStartTime } = workflowInfo();
    const startTime = runStartTime.toISOString();
    await control.reportSync({ volume, trigger, startTime, workflowId, runId, handled, publication, state });
  }

  /** Leaves nothing staged, says why in the status, and returns what the run has come to. */
  async function abandon(kind: 'aborted' | 'stalled', failure: Failure, refusal?: AttemptKey): Promise<SyncReport> {
    await Promise.all([concede(refusal), tell({ kind, failure })]);
    return { result: kind === 'aborted' ? 'Aborted' : 'Stalled', revision: key?.revision, ...NOTHING_FETCHED };
  }

  /** On a broken disk this fails too. The run waits all the same: the next attempt begins by taking over what is staged. */
  async function concede(refusal: AttemptKey | undefined): Promise<void> {
    try {
      await disk.concede({ volume, refusal });
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('what was staged was not removed', { ...failureOf(error) });
    }
  }
}
