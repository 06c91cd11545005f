import type { Look } from '../../activities/look.js';
import { findCondition, setCondition, type ConditionChange } from '../../domain/conditions.js';
import { explainFailure } from '../../domain/syncStatus.js';
import type { KubeClient } from '../../k8s/client.js';
import { isStatus } from '../../k8s/kubeError.js';
import { applyStatus, ownedStatus, readVolumeOf } from '../../k8s/status.js';
import type { VolumeObject } from '../../k8s/volume.js';

/** A look that found nothing new writes the time of the look at most this often; so it costs no write a poll. */
const CHECK_TIME_EVERY_MS = 5 * 60_000;

/**
 * Writes the poller's part of the status when it is news: reachable or not, why not, and now and then the time. Rejects
 * with `KubeError` when it cannot be written; a volume that is gone meanwhile needs no report.
 * @param now the time that is written
 */
export function reportLook(
  kube: KubeClient,
  now: () => Date = () => new Date(),
): (resource: VolumeObject, look: Look, signal?: AbortSignal) => Promise<void> {
  // The resource of the caller is as old as its watch; what was written last is remembered until the watch shows it.
  const writtenMs = new Map<string, number>();

  return async (resource, look, signal) => {
    if (look.kind === 'ended') return;
    const { uid = '', generation } = resource.metadata;
    const nowTime = now();
    const nowMs = nowTime.getTime();
    const status = resource.status ?? {};
    const change: ConditionChange = {
      ...describe(look),
      ...(generation !== undefined && { observedGeneration: generation }),
    };
    const before = findCondition(status.conditions, 'SourceReachable');
    const isNews =
      before?.status !== change.status ||
      before.reason !== change.reason ||
      before.observedGeneration !== change.observedGeneration;
    const lastMs = Math.max(writtenMs.get(uid) ?? 0, Date.parse(status.lastCheckTime ?? '') || 0);
    if (!isNews && nowMs - lastMs < CHECK_TIME_EVERY_MS) return;

    const owned = ownedStatus(status, 'drover-poll');
    const next = {
      ...owned,
      conditions: setCondition(owned.conditions, change, nowTime),
      lastCheckTime: nowTime.toISOString(),
    };
    try {
      await applyStatus(kube, readVolumeOf(resource), 'drover-poll', next, signal);
    } catch (error) {
      // There is nobody left to tell.
      if (!isStatus(error, 404)) throw error;
    }
    // Older ones say no more than the watch does, and volumes that are gone must not be remembered for ever.
    for (const [known, timeMs] of writtenMs) if (nowMs - timeMs >= CHECK_TIME_EVERY_MS) writtenMs.delete(known);
    writtenMs.set(uid, nowMs);
  };
}

function describe(look: Exclude<Look, { kind: 'ended' }>): ConditionChange {
  if (look.kind === 'failed') {
    const { reason, message } = look.error;
    return { type: 'SourceReachable', status: 'False', reason, message: explainFailure(reason, message) };
  }
  return { type: 'SourceReachable', status: 'True', reason: 'Reachable', message: 'The source answered.' };
}
