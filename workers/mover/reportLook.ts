import type { Look } from '../../activities/look.js';
import { findCondition, setCondition, type ConditionChange } from '../../domain/conditions.js';
import { explainFailure } from '../../domain/syncStatus.js';
import type { KubeClient } from '../../k8s/client.js';
import { applyStatus, ownedStatus } from '../../k8s/status.js';
import { volumeRefOf, type VolumeObject } from '../../k8s/volume.js';

/** A look that found nothing new writes the time of the look at most this often; so it costs no write a poll. */
const CHECK_TIME_EVERY_MS = 5 * 60_000;

/** Writes the poller's part of the status when it is news: reachable or not, why not, and now and then the time. */
export function reportLook(kube: KubeClient): (resource: VolumeObject, look: Look) => Promise<void> {
  // The resource of the caller is as old as its watch; what was written last is remembered until the watch shows it.
  const writtenMs = new Map<string, number>();

  return async (resource, look) => {
    if (look.kind === 'ended') return;
    const { uid = '', generation } = resource.metadata;
    const now = new Date();
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
    if (!isNews && now.getTime() - lastMs < CHECK_TIME_EVERY_MS) return;

    const owned = ownedStatus(status, 'drover-poll');
    await applyStatus(kube, volumeRefOf(resource), 'drover-poll', {
      ...owned,
      conditions: setCondition(owned.conditions, change, now),
      lastCheckTime: now.toISOString(),
    });
    writtenMs.set(uid, now.getTime());
  };
}

function describe(look: Exclude<Look, { kind: 'ended' }>): ConditionChange {
  if (look.kind === 'failed') {
    const { reason, message } = look.error;
    return { type: 'SourceReachable', status: 'False', reason, message: explainFailure(reason, message) };
  }
  return { type: 'SourceReachable', status: 'True', reason: 'Reachable', message: 'The source answered.' };
}
