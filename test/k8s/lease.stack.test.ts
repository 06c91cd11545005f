import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { lead } from '../../k8s/lease.js';
import type { Lease } from '../../k8s/leaseRecord.js';
import { leasePath } from '../../k8s/paths.js';
import { connectStack, createNamespace, eventually } from './cluster.js';

const client = connectStack();
let namespace = '';

beforeAll(async () => {
  namespace = await createNamespace(client);
});

afterAll(async () => await client.delete(`/api/v1/namespaces/${namespace}`));

it('lets one of several processes lead, and the next one when it stops, on the real API server', async () => {
  const leading: string[] = [];
  let together = 0;
  const candidates = ['one', 'two', 'three'].map((identity) => {
    const stop = new AbortController();
    const work = async (signal: AbortSignal) => {
      leading.push(identity);
      together++;
      expect(together).toBe(1);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      together--;
    };
    const options = { namespace, name: 'watcher', identity, retryMs: 50 };
    return { identity, stop, done: lead(client, options, work, stop.signal) };
  });
  for (let turn = 1; turn <= 3; turn++) {
    await eventually(() => leading.length === turn);
    const leader = candidates.find(({ identity }) => identity === leading.at(-1));
    leader?.stop.abort();
    await leader?.done;
  }
  expect([...leading].sort()).toEqual(['one', 'three', 'two']);
  const { spec } = await client.get<Lease>(leasePath(namespace, 'watcher'));
  expect(spec).toMatchObject({ holderIdentity: '', leaseTransitions: 2 });
});
