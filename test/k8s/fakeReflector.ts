import type { KubeObject } from '../../k8s/object.js';
import { createObjectCache, type ObjectCache } from '../../k8s/objectCache.js';
import type { Reflector } from '../../k8s/reflector.js';

/** A reflector whose objects the test puts and removes. */
export function fakeReflector<T extends KubeObject>(objects: readonly T[] = []): Reflector<T> & ObjectCache<T> {
  const cache = createObjectCache<T>();
  cache.replace(objects);
  return {
    ...cache,
    async run(signal) {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
    hasSynced: () => true,
    waitForSync: async () => undefined,
  };
}
