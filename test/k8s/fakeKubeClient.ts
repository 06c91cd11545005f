import type { KubeClient } from '../../k8s/client.js';

/** A client of which only the given methods may be used. */
export function fakeKubeClient(methods: Partial<KubeClient>): KubeClient {
  const unexpected = async () => {
    throw new Error('this test expects no such request');
  };
  return {
    server: 'https://fake',
    context: 'fake',
    get: unexpected,
    list: unexpected,
    create: unexpected,
    patch: unexpected,
    delete: unexpected,
    watch: unexpected,
    ...methods,
  };
}
