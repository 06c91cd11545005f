import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DroverError } from '../../domain/errors.js';
import type { VolumeRef } from '../../domain/volume.js';
import type { VolumeObject } from '../../k8s/volume.js';
import type { MoverPorts } from '../../activities/ports.js';
import type { Credentials, Source } from '../../sources/source.js';
import { createFakeKubeStore } from '../k8s/fakeKubeStore.js';
import { listingOf, type Tree } from '../snapshots/volumeOnDisk.js';

export const VOLUME: VolumeRef = {
  kind: 'SharedVolume',
  namespace: 'demo',
  name: 'site',
  uid: '11111111-2222-3333-4444-555555555555',
};

export const GIT_URL = 'https://git.example.com/site.git';

/** A source in memory: revisions by name, and a log of what was asked of it. */
export interface FakeSource extends Source {
  readonly revisions: Map<string, Tree>;
  head: string;
  /** Thrown by the next call, whatever it is. */
  failure: Error | undefined;
  readonly calls: string[];
  readonly seen: Credentials[];
}

export function createFakeSource(): FakeSource {
  const source: FakeSource = {
    host: 'git.example.com:443',
    variant: '',
    revisions: new Map(),
    head: '',
    failure: undefined,
    calls: [],
    seen: [],
    async resolve({ credentials }) {
      note('resolve', credentials);
      return source.head;
    },
    async list(revision, { credentials }) {
      note(`list ${revision}`, credentials);
      return { entries: listingOf(treeOf(revision)), bytesFetched: 100 };
    },
    async write(revision, entries, targetDir, { credentials }) {
      note(`write ${entries.map(({ path }) => path).join(' ')}`, credentials);
      for (const { path } of entries) {
        await mkdir(dirname(join(targetDir, path)), { recursive: true });
        await writeFile(join(targetDir, path), treeOf(revision)[path] ?? '');
      }
      return { bytesFetched: 0 };
    },
    async compact({ keptRevisions, credentials }) {
      note(`compact ${[...keptRevisions].sort().join(' ')}`, credentials);
    },
  };
  return source;

  function note(call: string, credentials: Credentials): void {
    source.calls.push(call);
    source.seen.push(credentials);
    const { failure } = source;
    source.failure = undefined;
    if (failure !== undefined) throw failure;
  }

  function treeOf(revision: string): Tree {
    const tree = source.revisions.get(revision);
    if (tree === undefined) throw new DroverError('RevisionNotFound', `there is no revision ${revision}`);
    return tree;
  }
}

/** What a look finds out about a volume as `gitVolume` makes it. */
export function found(kind: 'unchanged' | 'changed', revision: string) {
  return { kind, revision, generation: 1, credentialsVersion: '' } as const;
}

/** A plain Git volume, as the API server has it. */
export function gitVolume(
  change: Partial<VolumeObject['spec']> = {},
  metadata: Partial<VolumeObject['metadata']> = {},
  status?: VolumeObject['status'],
): VolumeObject {
  return {
    apiVersion: 'sv.sharedvolume.io/v1alpha1',
    kind: 'SharedVolume',
    metadata: { namespace: 'demo', name: 'site', uid: VOLUME.uid, generation: 1, ...metadata },
    spec: { mountPath: '/srv/site', source: { git: { url: GIT_URL } }, ...change },
    ...(status !== undefined && { status }),
  };
}

export interface MoverSetup {
  readonly ports: MoverPorts;
  readonly source: FakeSource;
  readonly objects: Map<string, unknown>;
  /** Replaces the resource; without a spec it is a plain Git volume. */
  setVolume(change?: Partial<VolumeObject['spec']>, metadata?: Partial<VolumeObject['metadata']>): void;
  remove(): Promise<void>;
}

export const VOLUME_PATH = '/apis/sv.sharedvolume.io/v1alpha1/namespaces/demo/sharedvolumes/site';

export async function createMoverSetup(): Promise<MoverSetup> {
  const exportPath = await mkdtemp(join(tmpdir(), 'drover-export-'));
  const privateRoot = await mkdtemp(join(tmpdir(), 'drover-private-'));
  const source = createFakeSource();
  const objects = new Map<string, unknown>();
  const setup: MoverSetup = {
    source,
    objects,
    ports: {
      exportName: 'local',
      exportPath,
      privateRoot,
      graceMs: 0,
      kube: createFakeKubeStore(objects).client,
      createSource: () => source,
      confirmTry: () => Promise.resolve(),
    },
    setVolume(change = {}, metadata = {}) {
      objects.set(VOLUME_PATH, gitVolume(change, metadata));
    },
    async remove() {
      await rm(exportPath, { recursive: true, force: true });
      await rm(privateRoot, { recursive: true, force: true });
    },
  };
  setup.setVolume();
  return setup;
}
