import { planVolume, type ObservedVolume, type VolumeAction } from '../../domain/reconcile.js';
import { systemClock, type Clock } from '../../k8s/clock.js';
import { isStatus } from '../../k8s/kubeError.js';
import { volumePath } from '../../k8s/paths.js';
import type { Reflector } from '../../k8s/reflector.js';
import { volumeRefOf, type VolumeObject } from '../../k8s/volume.js';
import { applyAction, type ActionPorts } from './applyAction.js';

/** A request that was sent is not sent again for this long, unless the watcher restarts: its run is under way. */
const RESEND_AFTER_MS = 5 * 60_000;

/** Observe, plan, apply, for one volume. Level-triggered: it looks at what is, not at what happened. */
export function createReconcile(
  ports: ActionPorts,
  cache: Pick<Reflector<VolumeObject>, 'get'>,
  exportName: string,
  clock: Clock = systemClock,
) {
  const sentAtMs = new Map<string, number>();

  return async function reconcile(key: string, signal: AbortSignal): Promise<void> {
    const cached = cache.get(key);
    if (cached === undefined) return;
    const cachedPlan = planVolume(observe(cached, exportName), new Date());
    if (cachedPlan.length === 0) return;

    // The cache may be behind: what a run has answered meanwhile must not start another run.
    const resource = needsFresh(cachedPlan) ? await readFresh(cached, signal) : cached;
    if (resource === undefined) return;
    const observed = observe(resource, exportName);
    for (const action of planVolume(observed, new Date())) {
      if (action.type === 'request-sync' && wasJustSent(observed, action)) continue;
      await applyAction(ports, resource, observed, action, signal);
      if (action.type === 'request-sync') sentAtMs.set(requestKey(observed, action), clock.nowMs());
    }
  };

  async function readFresh(cached: VolumeObject, signal: AbortSignal): Promise<VolumeObject | undefined> {
    try {
      return await ports.kube.get<VolumeObject>(volumePath(observe(cached, exportName).ref), signal);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  function wasJustSent(observed: ObservedVolume, action: VolumeAction): boolean {
    const nowMs = clock.nowMs();
    for (const [sent, timeMs] of sentAtMs) if (nowMs - timeMs > RESEND_AFTER_MS) sentAtMs.delete(sent);
    return sentAtMs.has(requestKey(observed, action));
  }
}

function needsFresh(plan: readonly VolumeAction[]): boolean {
  return plan.some(({ type }) => type === 'request-sync' || type === 'add-finalizer' || type === 'retire');
}

function requestKey({ ref }: ObservedVolume, action: VolumeAction): string {
  return `${ref.uid} ${JSON.stringify(action)}`;
}

function observe(resource: VolumeObject, exportName: string): ObservedVolume {
  const { generation = 0, deletionTimestamp, finalizers = [], annotations = {} } = resource.metadata;
  return {
    ref: volumeRefOf(resource),
    generation,
    isDeleting: deletionTimestamp !== undefined,
    finalizers,
    annotations,
    spec: resource.spec,
    status: resource.status ?? {},
    exportName,
  };
}
