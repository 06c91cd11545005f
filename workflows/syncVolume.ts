import { continueAsNew, isCancellation, log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control.js';
import type { MoverActivities } from '../activities/mover.js';
import { DroverError, FAILURES } from '../domain/errors.js';
import { gate, isApprovable } from '../domain/gates.js';
import { CONTROL_POLICY, EXPORT_POLICY, moverPolicy, RESOLVE_POLICY } from '../domain/policy.js';
import type { AttemptKey } from '../domain/polling.js';
import { CONTROL_QUEUE, moverQueue } from '../domain/queues.js';
import { handledBy, requestedPlan, triggerOf, type Handled, type SyncRequest } from '../domain/requests.js';
import type { Plan, PublishReport, SyncJob, SyncReport, SyncStep, SyncTarget, SyncUpdate } from '../domain/sync.js';
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
 * request overtakes it. So it does when a limit of the volume holds it, until somebody approves its plan.
 */
export async function syncVolume({ volume, exportName, requests = [] }: SyncJob): Promise<SyncReport> {
  // Signals that wait already are delivered while their handlers are registered: what those use stands before them.
  let plan: Plan | undefined;
  const inbox = collectRequests(requests);
  const display = createDisplay(volume, { phase: 'Resolving', isPaused: false });
  const operator = listenToOperator(
    (isPaused) => display.show({ isPaused }),
    (approved) => {
      if (plan !== undefined && plan.digest !== approved) display.show({ uselessApproval: approved });
    },
  );

  const taskQueue = moverQueue(exportName);
  const source = proxyActivities<MoverActivities>({ taskQueue, ...RESOLVE_POLICY });
  const disk = proxyActivities<MoverActivities>({ taskQueue, ...EXPORT_POLICY });
  const moverFor = ({ settings }: SyncTarget) =>
    proxyActivities<MoverActivities>({ taskQueue, ...moverPolicy(settings.timeoutMs) });

  let handled: Handled = {};
  let trigger: SyncRequest['reason'] = 'requested';
  let wantedPlan: string | undefined;
  let isRetry = false;
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
      if (failure.reason === 'PlanChanged') {
        // A refusal answers the request; the revision itself is as good as before.
        handled = { ...handled, revision: undefined };
        report = await abandon('aborted', failure);
        break;
      }
      // Refused is only what trying again cannot change; for the rest the poller is the next try.
      const refusal = FAILURES[failure.reason].retry ? undefined : key;
      if (failure.reason === 'Aborted') {
        report = await abandon('aborted', failure, refusal);
        break;
      }
      if (!isApprovable(failure.reason)) plan = undefined;
      display.show({ phase: plan === undefined ? 'Stalled' : 'AwaitingApproval', lastError: failure, plan });
      report = await abandon('stalled', failure, refusal);
      // The same revision is news only when something else about the attempt has changed, or when it was not refused.
      handled = { ...handled, revision: undefined, refused: refusal };
      const decision = await operator.decision(() => inbox.pending(handled).length > 0, plan?.digest);
      isRetry = decision === 'retry';
      if (isRetry) report = undefined;
      if (decision === 'abort') report = await abandon('aborted', { reason: 'Aborted', message: ABORTED }, key);
    }
  }
  display.finish(report);

  // Last statement: with one more step behind it, requests that arrive meanwhile would be lost.
  const pending = inbox.pending(handled);
  return pending.length === 0 ? report : continueAsNew<typeof syncVolume>({ volume, exportName, requests: pending });

  async function syncOnce(): Promise<SyncReport> {
    const taken = inbox.take();
    // What was given up is tried again only when a person wants it, or when the spec says something new.
    const isForced = isRetry || triggerOf(taken) !== 'source-changed';
    if (taken.length > 0) [trigger, wantedPlan] = [triggerOf(taken), requestedPlan(taken)];
    plan = undefined;
    handled = { ...handled, ...handledBy(taken) };
    display.show({ phase: 'Resolving', trigger, lastError: undefined, plan, uselessApproval: undefined });
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
    if (wantedPlan !== undefined && wantedPlan !== target.plan) {
      throw new DroverError('PlanChanged', `the plan to publish revision ${revision} is ${target.plan} now`);
    }
    const step: SyncStep = { volume, target };
    const started = tell({ kind: 'started' });
    let changes = NOTHING_FETCHED;
    try {
      // A revision that a person has pinned and that is on disk needs neither a look nor a permission.
      if (target.snapshot === undefined) changes = await fetchSnapshot(step);
      else if (target.settings.pin === undefined) changes = await examine(step);
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

  /** Compares what would be published with what is, and holds the run when a limit is exceeded. */
  async function examine(step: SyncStep): Promise<Pick<SyncReport, 'filesChanged' | 'bytesFetched'>> {
    const { target } = step;
    display.show({ phase: 'Comparing' });
    const { facts, bytesFetched } = await moverFor(target).diff(step);

    const { delta } = facts;
    plan = { digest: target.plan, revision: target.revision, delta };
    const isApproved =
      target.settings.pin !== undefined ||
      [wantedPlan, target.approvedPlan].includes(target.plan) ||
      operator.hasApproved(target.plan);
    const veto = gate(facts, target.settings.gates, isApproved);
    if (veto !== undefined) throw new DroverError(veto.reason, veto.message);
    await operator.checkpoint();
    return { filesChanged: delta.added + delta.changed + delta.deleted, bytesFetched };
  }

  /** Brings a new revision into a verified snapshot on the export, beside the published one. */
  async function fetchSnapshot(step: SyncStep): Promise<Pick<SyncReport, 'filesChanged' | 'bytesFetched'>> {
    const { filesChanged, bytesFetched } = await examine(step);
    const mover = moverFor(step.target);
    display.show({ phase: 'Fetching' });
    const written = await mover.fetch(step);
    await operator.checkpoint();

    display.show({ phase: 'Verifying' });
    await mover.verify(step);
    return { filesChanged, bytesFetched: bytesFetched + written.bytesFetched };
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
    await Promise.all([concede(refusal), tell({ kind, failure, plan })]);
    const result = kind === 'aborted' ? 'Aborted' : plan === undefined ? 'Stalled' : 'Held';
    return { result, revision: key?.revision, ...NOTHING_FETCHED };
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
