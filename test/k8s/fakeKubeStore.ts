import type { KubeClient, PatchOptions } from '../../k8s/client.js';
import { KubeError } from '../../k8s/kubeError.js';
import type { KubeList } from '../../k8s/object.js';
import { fakeKubeClient } from './fakeKubeClient.js';

export interface SentPatch {
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly options: PatchOptions;
}

export interface FakeKubeStore {
  readonly client: KubeClient;
  /** Every read of one object, by path. */
  readonly reads: string[];
  /** Every write that was accepted. It changes nothing in the store: the test says what became of it. */
  readonly patches: SentPatch[];
  /** Thrown by each write while it is set. */
  refusal: Error | undefined;
}

/** An API server that holds `objects` by path. Every other path is a 404; a list has what is in its collection. */
export function createFakeKubeStore(objects: ReadonlyMap<string, unknown>): FakeKubeStore {
  const store: FakeKubeStore = {
    reads: [],
    patches: [],
    refusal: undefined,
    client: fakeKubeClient({
      async get<T>(path: string): Promise<T> {
        store.reads.push(path);
        const found = objects.get(path);
        if (found === undefined) throw new KubeError(404, 'NotFound', `GET ${path}: 404`);
        return found as T;
      },
      async list<T>(path: string): Promise<KubeList<T>> {
        const items = [...objects].filter(([key]) => isIn(path, key)).map(([, object]) => object as T);
        return { metadata: { resourceVersion: '1' }, items };
      },
      async patch<T>(path: string, body: unknown, options: PatchOptions) {
        if (store.refusal !== undefined) throw store.refusal;
        store.patches.push({ path, body: body as SentPatch['body'], options });
        return {} as T;
      },
    }),
  };
  return store;
}

/** Whether the object is in the collection: that of its namespace, or that of all namespaces. */
function isIn(collection: string, path: string): boolean {
  const own = path.slice(0, path.lastIndexOf('/'));
  return own === collection || own.replace(/\/namespaces\/[^/]+/, '') === collection;
}
