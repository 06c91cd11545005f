import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createEventRecorder } from '../../k8s/events.js';
import type { KubeObject } from '../../k8s/object.js';
import { eventsPath } from '../../k8s/paths.js';
import { connectStack, createNamespace } from './cluster.js';

interface EventObject extends KubeObject {
  readonly note: string;
  readonly reason: string;
  readonly series?: { readonly count: number };
}

const client = connectStack();
let namespace = '';

beforeAll(async () => {
  namespace = await createNamespace(client);
});

afterAll(async () => await client.delete(`/api/v1/namespaces/${namespace}`));

it('writes events and their series in the form that the real API server takes', async () => {
  const logged: unknown[] = [];
  const log = (...entry: unknown[]) => logged.push(entry);
  const events = createEventRecorder(client, { component: 'drover.io/watcher', instance: 'host-1', log });
  const subject = {
    apiVersion: 'sv.sharedvolume.io/v1alpha1',
    kind: 'SharedVolume',
    metadata: { name: 'site', namespace, uid: 'u1' },
  };
  const text = { type: 'Warning', reason: 'Stalled', message: 'ä'.repeat(1_000), action: 'Sync' } as const;
  for (let turn = 0; turn < 3; turn++) await events.emit(subject, text);
  // The namespace of this one does not exist: nobody is told but the log.
  await events.emit(
    { ...subject, metadata: { ...subject.metadata, namespace: 'no-such-namespace' } },
    { ...text, message: 'x' },
  );
  const { items } = await client.list<EventObject>(eventsPath(namespace));
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ reason: 'Stalled', series: { count: 3 }, note: `${'ä'.repeat(510)}…` });
  expect(logged).toHaveLength(1);
});
