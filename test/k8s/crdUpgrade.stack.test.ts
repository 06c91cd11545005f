import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../k8s/object.js';
import {
  applyDefinition,
  connectStack,
  createNamespace,
  eventually,
  outcomeOf,
  uniqueName,
  volumeDefinitions,
} from './cluster.js';

const client = connectStack();
const plural = uniqueName('oldvolumes').replace('-', '');
const group = 'upgrade.drover.io';
let namespace = '';

/** The definition of SharedVolume under a name of its own, so that other tests do not see it change. */
function definition(withRules: boolean): KubeObject {
  const [delivered] = volumeDefinitions();
  const renamed = JSON.stringify(delivered)
    .replaceAll('sv.sharedvolume.io', group)
    .replaceAll('"sharedvolumes', `"${plural}`)
    .replaceAll('"SharedVolume', `"${plural}`)
    .replaceAll('"singular":"sharedvolume"', `"singular":"${plural}"`)
    .replaceAll('"shortNames":["sv"]', '"shortNames":[]');
  const dropRules = (key: string, value: unknown) => {
    return !withRules && ['x-kubernetes-validations', 'enum'].includes(key) ? undefined : value;
  };
  return JSON.parse(renamed, dropRules) as KubeObject;
}

const path = (name = '') => `/apis/${group}/v1alpha1/namespaces/${namespace}/${plural}${name && `/${name}`}`;
const create = async (name: string, spec: object) => {
  await client.create(path(), { apiVersion: `${group}/v1alpha1`, kind: plural, metadata: { name }, spec });
};
const change = async (name: string, spec: object) => {
  return await outcomeOf(client.patch(path(name), { spec }, { type: 'merge' }));
};

/** Resources that the definition of the original system accepted. */
const stored: Record<string, object> = {
  path: { mountPath: 'opt/site' },
  capacity: { mountPath: '/opt/site', storage: { capacity: '10GB' } },
  sources: { mountPath: '/opt/site', source: { git: { url: 'a' }, http: { url: 'b' } } },
  interval: { mountPath: '/opt/site', syncInterval: '1d' },
};

beforeAll(async () => {
  namespace = await createNamespace(client);
  await applyDefinition(client, definition(false));
  for (const [name, spec] of Object.entries(stored)) await create(name, spec);
  await applyDefinition(client, definition(true));
  // The server takes the new schema into use a moment after it accepted it.
  await eventually(
    async () => (await outcomeOf(create(uniqueName('probe'), { mountPath: 'relative' }))) !== 'accepted',
  );
}, 30_000);

afterAll(async () => {
  await client.delete(`/api/v1/namespaces/${namespace}`);
  await client.delete(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`);
});

describe('resources that were stored before the rules', () => {
  it.each(Object.keys(stored))('can still be changed elsewhere: %s', async (name) => {
    await expect(change(name, { paused: true })).resolves.toBe('accepted');
  });

  it.each([
    ['sources', { source: { git: { url: 'c' } } }, 'at most one'],
    ['interval', { syncInterval: '2d' }, 'it is "2d"'],
  ])('must be correct where they are changed: %s', async (name, spec, message) => {
    await expect(change(name, spec)).resolves.toContain(message);
  });

  it('can be corrected, even where the field is immutable otherwise', async () => {
    await expect(change('interval', { syncInterval: '24h' })).resolves.toBe('accepted');
    await expect(change('sources', { source: { http: null } })).resolves.toBe('accepted');
    await expect(change('capacity', { storage: { capacity: '10Gi' } })).resolves.toBe('accepted');
    await expect(change('capacity', { storage: { capacity: '20Gi' } })).resolves.toContain('immutable');
  });
});
