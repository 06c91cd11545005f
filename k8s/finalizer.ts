import type { KubeClient } from './client.js';
import type { KubeObject } from './object.js';

/**
 * Adds or removes one finalizer. The object's resourceVersion goes along, so that a concurrent change makes the API
 * server answer 409 instead of losing the other's finalizer; the caller reads again and repeats.
 */
export async function setFinalizer(
  kube: KubeClient,
  path: string,
  { metadata }: KubeObject,
  finalizer: string,
  isWanted: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const current = metadata.finalizers ?? [];
  if (current.includes(finalizer) === isWanted) return;
  const finalizers = isWanted ? [...current, finalizer] : current.filter((name) => name !== finalizer);
  const { resourceVersion, uid } = metadata;
  await kube.patch(path, { metadata: { finalizers, resourceVersion, uid } }, { type: 'merge' }, signal);
}
