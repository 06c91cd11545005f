import { describe, expect, it } from '@jest/globals';
import { setFinalizer } from '../../k8s/finalizer.js';
import { KubeError } from '../../k8s/kubeError.js';
import { createFakeKubeStore } from './fakeKubeStore.js';

const PATH = '/apis/x/v1/things/a';

function object(...finalizers: string[]) {
  return { metadata: { name: 'a', uid: 'u', resourceVersion: '7', finalizers } };
}

describe('setFinalizer', () => {
  it.each<[string, string[], boolean, string[] | undefined]>([
    ['adds to those of others', ['other'], true, ['other', 'mine']],
    ['adds the first', [], true, ['mine']],
    ['does not add twice', ['mine', 'other'], true, undefined],
    ['removes only its own', ['other', 'mine'], false, ['other']],
    ['has nothing to remove', ['other'], false, undefined],
  ])('%s', async (_name, before, isWanted, after) => {
    const { client, patches } = createFakeKubeStore(new Map());

    await setFinalizer(client, PATH, object(...before), 'mine', isWanted);

    const metadata = { finalizers: after, resourceVersion: '7', uid: 'u' };
    expect(patches).toEqual(
      after === undefined ? [] : [{ path: PATH, body: { metadata }, options: { type: 'merge' } }],
    );
  });

  it('adds the first to an object that never had one', async () => {
    const { client, patches } = createFakeKubeStore(new Map());

    await setFinalizer(client, PATH, { metadata: { name: 'a' } }, 'mine', true);

    expect(patches).toMatchObject([{ body: { metadata: { finalizers: ['mine'] } } }]);
  });

  it('leaves a conflict to its caller, who reads again', async () => {
    const store = createFakeKubeStore(new Map());
    store.refusal = new KubeError(409, 'Conflict', 'changed');

    await expect(setFinalizer(store.client, PATH, object(), 'mine', true)).rejects.toMatchObject({ status: 409 });
  });
});
