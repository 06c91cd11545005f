import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { SharedVolumeStatus } from '../../domain/generated/sharedVolume.js';
import { applyStatus, ownedStatus } from '../../k8s/status.js';
import { STATUS_OWNERS, type StatusOwner } from '../../k8s/statusOwners.js';
import { fakeKubeClient } from './fakeKubeClient.js';

interface Definition {
  spec: { versions: [{ schema: { openAPIV3Schema: { properties: { status: { properties: object } } } } }] };
}

function condition(type: string) {
  return { type, status: 'True' as const, reason: 'Because', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
}

const status: SharedVolumeStatus = {
  observedGeneration: 2,
  phase: 'Ready',
  lastCheckTime: '2026-01-01T00:00:00Z',
  lastHandledSyncRequest: 'r1',
  conditions: ['Synced', 'Ready', 'SourceReachable', 'Reconciled'].map(condition),
};

describe('the writers of the status', () => {
  it('share its fields so that each has exactly one', () => {
    const { spec } = parse(readFileSync('k8s/crds/sharedvolumes.yaml', 'utf8')) as Definition;
    const all = Object.keys(spec.versions[0].schema.openAPIV3Schema.properties.status.properties);
    const owned = Object.values(STATUS_OWNERS).flatMap(({ fields }) => [...fields]);
    expect([...owned, 'conditions'].sort()).toEqual(all.sort());
  });

  it.each<[StatusOwner, string[], string[]]>([
    ['drover-watch', ['observedGeneration', 'phase', 'conditions'], ['Ready', 'Reconciled']],
    ['drover-poll', ['lastCheckTime', 'conditions'], ['SourceReachable']],
    ['drover-sync', ['lastHandledSyncRequest', 'conditions'], ['Synced']],
  ])('%s owns its fields and conditions only', (owner, fields, conditions) => {
    const owned = ownedStatus(status, owner);
    expect(Object.keys(owned)).toEqual(fields);
    expect(owned.conditions?.map(({ type }) => type)).toEqual(conditions);
  });

  it('own nothing of a status that was never written', () => {
    expect(ownedStatus(undefined, 'drover-sync')).toEqual({});
  });
});

describe('applyStatus', () => {
  it.each([
    [
      'SharedVolume' as const,
      'team',
      '/apis/sv.sharedvolume.io/v1alpha1/namespaces/team/sharedvolumes/site/status',
      { name: 'site', uid: 'u1', namespace: 'team' },
    ],
    [
      'ClusterSharedVolume' as const,
      '',
      '/apis/sv.sharedvolume.io/v1alpha1/clustersharedvolumes/site/status',
      { name: 'site', uid: 'u1' },
    ],
  ])('applies the part of one life of a %s under the name of its writer', async (kind, namespace, path, metadata) => {
    const calls: unknown[] = [];
    const client = fakeKubeClient({
      async patch<T>(...call: unknown[]) {
        calls.push(call.slice(0, 3));
        return {} as T;
      },
    });
    await applyStatus(client, { kind, namespace, name: 'site', uid: 'u1' }, 'drover-poll', { lastCheckTime: 'now' });
    const body = { apiVersion: 'sv.sharedvolume.io/v1alpha1', kind, metadata, status: { lastCheckTime: 'now' } };
    expect(calls).toEqual([[path, body, { type: 'apply', fieldManager: 'drover-poll', force: true }]]);
  });
});
