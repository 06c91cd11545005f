import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VolumeKind } from '../../domain/volume.js';
import { volumePath, volumesInPath, volumesPath, VOLUME_API_VERSION } from '../../k8s/paths.js';
import { applyDefinition, connectStack, createNamespace, outcomeOf, uniqueName, volumeDefinitions } from './cluster.js';

type Fields = Record<string, unknown>;

const client = connectStack();
let namespace = '';
const clusterVolumes: string[] = [];

beforeAll(async () => {
  for (const definition of volumeDefinitions()) await applyDefinition(client, definition);
  namespace = await createNamespace(client);
});

afterAll(async () => {
  await client.delete(`/api/v1/namespaces/${namespace}`);
  for (const name of clusterVolumes)
    await client.delete(volumePath({ kind: 'ClusterSharedVolume', namespace: '', name }));
});

async function create(kind: VolumeKind, spec: Fields): Promise<string> {
  const name = uniqueName('volume');
  const body = { apiVersion: VOLUME_API_VERSION, kind, metadata: { name }, spec };
  await client.create(kind === 'SharedVolume' ? volumesInPath(namespace) : volumesPath(kind), body);
  if (kind === 'ClusterSharedVolume') clusterVolumes.push(name);
  return name;
}

const storage = { capacity: '10Gi' };
const base = { mountPath: '/opt/site', storage };
const ofTeam = { name: 'login', key: 'token' };
const ofNamespace = { ...ofTeam, namespace: 'secrets' };
const git = (fields: Fields) => ({ ...base, source: { git: { url: 'https://git.example/site.git', ...fields } } });
const ssh = (fields: Fields) => ({
  ...base,
  source: { ssh: { host: 'files.example', user: 'sync', path: '/srv', ...fields } },
});
const s3 = (fields: Fields) => ({
  ...base,
  source: {
    s3: {
      endpointUrl: 'https://s3.example',
      bucketName: 'site',
      region: 'eu',
      accessKey: 'a',
      secretKey: 's',
      ...fields,
    },
  },
});
const scheduled = (fields: Fields) => ({ ...base, schedule: fields });
const commit = 'a'.repeat(40);

describe('existing manifests are accepted', () => {
  it.each<[string, VolumeKind, Fields]>([
    ['no source, with sync fields', 'ClusterSharedVolume', { ...base, syncInterval: '60s', syncTimeout: '120s' }],
    ['an empty source', 'SharedVolume', { ...base, source: {} }],
    ['no storage', 'SharedVolume', { mountPath: '/opt/site' }],
    [
      'every top-level field',
      'SharedVolume',
      {
        ...base,
        storage: { capacity: '50Gi', accessMode: 'ReadWrite' },
        storageClassName: 'standard',
        resourceNamespace: 'volumes',
        referenceValue: 'sv-abc123def456',
        syncInterval: '1h30m',
        syncTimeout: '120s',
        nfsServer: { name: 'nfs-sv-1', namespace: 'nfs', url: 'nfs.example', image: 'nfs:1', path: '/export' },
      },
    ],
    ['an external NFS server without a path', 'SharedVolume', { ...base, nfsServer: { url: '10.0.0.7' } }],
    ['public git', 'SharedVolume', git({})],
    ['git with a branch', 'ClusterSharedVolume', git({ branch: 'feature/one' })],
    ['git with user and password', 'SharedVolume', git({ user: 'u', password: 'p' })],
    ['git with a user alone', 'SharedVolume', git({ user: 'u' })],
    ['git with a token of a Secret', 'SharedVolume', git({ user: 'u', passwordFromSecret: ofTeam })],
    ['git with a key', 'SharedVolume', git({ url: 'git@git.example:site.git', privateKey: 'a2V5' })],
    ['git with a key of a Secret', 'ClusterSharedVolume', git({ privateKeyFromSecret: ofNamespace })],
    ['http', 'SharedVolume', { ...base, source: { http: { url: 'https://files.example/a.zip' } } }],
    ['ssh with a key of a Secret', 'ClusterSharedVolume', ssh({ port: 2222, privateKeyFromSecret: ofNamespace })],
    ['ssh with a password', 'SharedVolume', ssh({ password: 'p' })],
    ['s3 with keys', 'SharedVolume', s3({ path: 'a/b' })],
    [
      's3 with keys of Secrets',
      'ClusterSharedVolume',
      s3({
        accessKey: undefined,
        secretKey: undefined,
        accessKeyFromSecret: ofNamespace,
        secretKeyFromSecret: ofNamespace,
      }),
    ],
  ])('%s', async (_name, kind, spec) => {
    await expect(outcomeOf(create(kind, spec))).resolves.toBe('accepted');
  });
});

describe('the fields of Drover are accepted', () => {
  it.each<[string, Fields]>([
    ['pause, pin, retain, deletion', { ...base, paused: true, pin: commit, retain: 50, deletionPolicy: 'Retain' }],
    [
      'git ref, depth, sub-path, host keys',
      git({ ref: 'v1.2.3', depth: 0, subPath: 'site/public', knownHosts: 'h ssh-ed25519 AAAA' }),
    ],
    ['a full commit as ref', git({ ref: commit })],
    [
      'sparse paths in, above and at the sub-path, and submodules',
      git({ subPath: 'site/public', sparsePaths: ['site/public/a b', 'site', 'site/public'], submodules: 'Recursive' }),
    ],
    ['no submodules and no sparse paths, spelled out', git({ submodules: 'None', sparsePaths: [] })],
    [
      'as many sparse paths as there may be',
      git({ sparsePaths: Array.from({ length: 64 }, (_, index) => `${index}${'x'.repeat(1000)}`) }),
    ],
    ['host keys of a Secret', git({ knownHostsFromSecret: ofTeam })],
    ['intervals at the limits', { ...base, syncInterval: '5s', syncTimeout: '1s' }],
    ['a long interval', { ...base, syncInterval: '999999h59m' }],
    ['durations that are empty, as unset', { ...base, syncInterval: '', syncTimeout: '' }],
    ['a timeout above the interval', { ...base, syncInterval: '30s', syncTimeout: '2h' }],
    ['quantities of every form', { ...base, storage: { capacity: '1.5e9', accessMode: 'ReadOnly' } }],
    ['a schedule', scheduled({ cron: '*/15 0-6,22 1,15 jan-mar MON-FRI', timeZone: 'Etc/GMT+5', jitter: '24h' })],
    ['a schedule by name', scheduled({ cron: '@daily', timeZone: 'America/Argentina/Buenos_Aires' })],
    ['a schedule beside an interval that is empty, as unset', { ...scheduled({ cron: '@hourly' }), syncInterval: '' }],
    [
      'every gate',
      {
        ...base,
        gates: {
          allowEmpty: true,
          maxDeletePercent: 100,
          maxDeleteFiles: 0,
          maxBytes: '10Gi',
          requiredFiles: ['index.html', 'conf/..a/b c.yaml'],
          requireApproval: true,
        },
      },
    ],
    ['a path with dots and spaces in names', { ...base, mountPath: '/opt/..a/b c/.d' }],
  ])('%s', async (_name, spec) => {
    await expect(outcomeOf(create('SharedVolume', spec))).resolves.toBe('accepted');
  });
});

/** Each message must hold every one of the words: the field and the value that is wrong. */
const refused: [string, VolumeKind, Fields, string[]][] = [
  ...['0s', '-5s', '1d', '10ms', '4999ms', '100y', '5', 'abc', '9999999h', '1h '].map(
    (value): [string, VolumeKind, Fields, string[]] => [
      `syncInterval ${value}`,
      'SharedVolume',
      { ...base, syncInterval: value },
      ['spec.syncInterval', 'of at least 5s', `it is "${value}"`],
    ],
  ),
  ...['0s', '-1s', '1d', '999ms'].map((value): [string, VolumeKind, Fields, string[]] => [
    `syncTimeout ${value}`,
    'ClusterSharedVolume',
    { ...base, syncTimeout: value },
    ['spec.syncTimeout', 'of at least 1s', `it is "${value}"`],
  ]),
  ...[
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '0 0 0 * *',
    '0 0 * 13 *',
    '0 0 * * 8',
    '@never',
    'x * * * *',
  ].map((value): [string, VolumeKind, Fields, string[]] => [
    `schedule.cron ${JSON.stringify(value)}`,
    'SharedVolume',
    scheduled({ cron: value }),
    ['spec.schedule.cron', 'must be five fields', `it is "${value}"`],
  ]),
  ...['Europe/Ber lin', '/Berlin', '../UTC'].map((value): [string, VolumeKind, Fields, string[]] => [
    `schedule.timeZone ${value}`,
    'SharedVolume',
    scheduled({ cron: '@daily', timeZone: value }),
    ['spec.schedule.timeZone', 'IANA name', `it is "${value}"`],
  ]),
  ...['25h', '1d', '-5m'].map((value): [string, VolumeKind, Fields, string[]] => [
    `schedule.jitter ${value}`,
    'ClusterSharedVolume',
    scheduled({ cron: '@daily', jitter: value }),
    ['spec.schedule.jitter', 'at most 24h', `it is "${value}"`],
  ]),
  [
    'a schedule beside an interval',
    'SharedVolume',
    { ...scheduled({ cron: '@daily' }), syncInterval: '5m' },
    ['spec.schedule', 'exclude each other', '"5m"', '"@daily"'],
  ],
  ['a schedule without cron', 'SharedVolume', scheduled({ timeZone: 'UTC' }), ['spec.schedule.cron', 'Required']],
  ...([-1, 101] as const).map((value): [string, VolumeKind, Fields, string[]] => [
    `gates.maxDeletePercent ${value}`,
    'SharedVolume',
    { ...base, gates: { maxDeletePercent: value } },
    ['spec.gates.maxDeletePercent', String(value)],
  ]),
  [
    'gates.maxDeleteFiles -1',
    'SharedVolume',
    { ...base, gates: { maxDeleteFiles: -1 } },
    ['spec.gates.maxDeleteFiles'],
  ],
  ...['0', '10GB', '-1Gi', ''].map((value): [string, VolumeKind, Fields, string[]] => [
    `gates.maxBytes ${JSON.stringify(value)}`,
    'SharedVolume',
    { ...base, gates: { maxBytes: value } },
    ['spec.gates.maxBytes', 'positive Kubernetes quantity', `it is "${value}"`],
  ]),
  ...['/etc/passwd', 'a/../b', 'a//b', './a', 'a/'].map((value): [string, VolumeKind, Fields, string[]] => [
    `gates.requiredFiles ${value}`,
    'SharedVolume',
    { ...base, gates: { requiredFiles: ['ok', value] } },
    ['spec.gates.requiredFiles', 'must be relative paths', `one is "${value}"`],
  ]),
  ...['', 'opt/site', '/', '/opt/', '/opt//site', '/opt/../etc', '/opt/./site', '/..', '/opt/a:b', '/opt/a\u0001'].map(
    (value): [string, VolumeKind, Fields, string[]] => [
      `mountPath ${JSON.stringify(value)}`,
      'SharedVolume',
      { ...base, mountPath: value },
      ['spec.mountPath', 'must be an absolute path', `it is "${value}"`],
    ],
  ),
  ...['/etc', '/usr', '/proc/self'].map((value): [string, VolumeKind, Fields, string[]] => [
    `mountPath ${value}`,
    'SharedVolume',
    { ...base, mountPath: value },
    ['spec.mountPath', 'must not hide', `it is "${value}"`],
  ]),
  ...['10GB', '-1Gi', '0', 'abc', '', '1 Gi'].map((value): [string, VolumeKind, Fields, string[]] => [
    `capacity ${JSON.stringify(value)}`,
    'SharedVolume',
    { ...base, storage: { capacity: value } },
    ['spec.storage.capacity', 'positive Kubernetes quantity', `it is "${value}"`],
  ]),
  [
    'accessMode typo',
    'SharedVolume',
    { ...base, storage: { ...storage, accessMode: 'ReadWriteMany' } },
    ['spec.storage.accessMode', '"ReadWriteMany"', '"ReadOnly", "ReadWrite"'],
  ],
  ['storage without capacity', 'SharedVolume', { ...base, storage: {} }, ['spec.storage.capacity', 'Required']],
  ['no mountPath', 'SharedVolume', { storage }, ['spec.mountPath', 'Required']],
  ['retain 0', 'SharedVolume', { ...base, retain: 0 }, ['spec.retain', '0', 'greater than or equal to 1']],
  ['retain 51', 'SharedVolume', { ...base, retain: 51 }, ['spec.retain', '51', 'less than or equal to 50']],
  [
    'deletionPolicy',
    'SharedVolume',
    { ...base, deletionPolicy: 'Keep' },
    ['spec.deletionPolicy', '"Keep"', '"Retain", "Delete"'],
  ],
  ['a SHA-256 pin', 'SharedVolume', { ...base, pin: '0'.repeat(64) }, ['spec.pin', 'full commit id', '0'.repeat(64)]],
  ['a short pin', 'SharedVolume', { ...base, pin: 'abc1234' }, ['spec.pin', 'full commit id', '"abc1234"']],
  [
    'two sources',
    'SharedVolume',
    { ...base, source: { git: { url: 'x' }, http: { url: 'y' } } },
    ['spec.source', 'at most one', 'it holds http git'],
  ],
  [
    'a Secret of another namespace',
    'SharedVolume',
    git({ user: 'u', passwordFromSecret: ofNamespace }),
    ['spec.source.git.passwordFromSecret.namespace', 'must not be set', '"secrets"'],
  ],
  [
    'a Secret without namespace',
    'ClusterSharedVolume',
    git({ privateKeyFromSecret: ofTeam }),
    ['spec.source.git.privateKeyFromSecret.namespace', 'must be set', '"login"'],
  ],
  [
    'a selector without key',
    'SharedVolume',
    git({ privateKeyFromSecret: { name: 'login' } }),
    ['spec.source.git.privateKeyFromSecret.key', 'Required'],
  ],
  [
    'an empty selector name',
    'SharedVolume',
    git({ privateKeyFromSecret: { name: '', key: 'k' } }),
    ['spec.source.git.privateKeyFromSecret.name', 'at least 1'],
  ],
  ['git without url', 'SharedVolume', git({ url: '' }), ['spec.source.git.url', 'at least 1']],
  [
    'git url as an option',
    'SharedVolume',
    git({ url: '--upload-pack=x' }),
    ['spec.source.git.url', '"--upload-pack=x"'],
  ],
  ['git branch and ref', 'SharedVolume', git({ branch: 'main', ref: 'v1' }), ['spec.source.git.ref', '"v1"', '"main"']],
  ['git ref as an option', 'SharedVolume', git({ ref: '-x' }), ['spec.source.git.ref', '"-x"']],
  ['git ref with a revision range', 'SharedVolume', git({ ref: 'a..b' }), ['spec.source.git.ref', '"a..b"']],
  ['git ref with a space', 'SharedVolume', git({ ref: 'a b' }), ['spec.source.git.ref', '"a b"']],
  [
    'git key and password',
    'SharedVolume',
    git({ user: 'u', password: 'p', privateKey: 'k' }),
    ['spec.source.git', 'not by both', 'https://git.example/site.git'],
  ],
  [
    'git password twice',
    'SharedVolume',
    git({ user: 'u', password: 'p', passwordFromSecret: ofTeam }),
    ['spec.source.git.passwordFromSecret', 'exclude each other', '"login"'],
  ],
  [
    'git key twice',
    'SharedVolume',
    git({ privateKey: 'k', privateKeyFromSecret: ofTeam }),
    ['spec.source.git.privateKeyFromSecret', 'exclude each other', '"login"'],
  ],
  [
    'git host keys twice',
    'SharedVolume',
    git({ knownHosts: 'h', knownHostsFromSecret: ofTeam }),
    ['spec.source.git.knownHostsFromSecret', 'exclude each other', '"login"'],
  ],
  [
    'git password without user',
    'SharedVolume',
    git({ passwordFromSecret: ofTeam }),
    ['spec.source.git.user', 'beside a password', 'it is ""'],
  ],
  ['git depth', 'SharedVolume', git({ depth: -1 }), ['spec.source.git.depth', '-1', 'greater than or equal to 0']],
  ...['/abs', 'a/', 'a//b', '../a', 'a/./b'].map((value): [string, VolumeKind, Fields, string[]] => [
    `git subPath ${value}`,
    'SharedVolume',
    git({ subPath: value }),
    ['spec.source.git.subPath', 'must be a relative path', `it is "${value}"`],
  ]),
  ...['', '/abs', 'a/', 'a//b', '../a', 'a/./b', 'a\u0001', 'a\u007f'].map(
    (value): [string, VolumeKind, Fields, string[]] => [
      `git sparsePaths ${JSON.stringify(value)}`,
      'ClusterSharedVolume',
      git({ sparsePaths: ['fine', value] }),
      ['spec.source.git.sparsePaths[1]', ...(value === '' ? [] : ['relative paths', `one is "${value}"`])],
    ],
  ),
  [
    'git sparsePaths twice',
    'SharedVolume',
    git({ sparsePaths: ['a', 'a'] }),
    ['spec.source.git.sparsePaths[1]', 'Duplicate'],
  ],
  [
    'too many git sparsePaths',
    'SharedVolume',
    git({ sparsePaths: Array.from({ length: 65 }, (_, index) => `p${index}`) }),
    ['spec.source.git.sparsePaths', 'at most 64'],
  ],
  [
    'git sparsePaths outside of subPath',
    'SharedVolume',
    git({ subPath: 'docs', sparsePaths: ['docs/en', 'docs-2'] }),
    ['spec.source.git.sparsePaths', 'in common with subPath "docs"'],
  ],
  [
    'git submodules',
    'SharedVolume',
    git({ submodules: 'Off' }),
    ['spec.source.git.submodules', '"Off"', '"None", "Direct", "Recursive"'],
  ],
  [
    'http without url',
    'SharedVolume',
    { ...base, source: { http: { url: '' } } },
    ['spec.source.http.url', 'at least 1'],
  ],
  [
    'ssh without path',
    'SharedVolume',
    ssh({ path: '', password: 'p' }),
    ['spec.source.ssh.path', 'must not be empty', '"files.example"'],
  ],
  ['ssh without credentials', 'SharedVolume', ssh({}), ['spec.source.ssh', 'exactly one of', '"files.example"']],
  [
    'ssh with two credentials',
    'SharedVolume',
    ssh({ password: 'p', privateKeyFromSecret: ofTeam }),
    ['spec.source.ssh', 'it holds: privateKeyFromSecret password'],
  ],
  ['ssh port', 'SharedVolume', ssh({ password: 'p', port: 70000 }), ['spec.source.ssh.port', '70000']],
  [
    's3 without access key',
    'SharedVolume',
    s3({ accessKey: '' }),
    ['spec.source.s3.accessKey', 'holds none', '"site"'],
  ],
  [
    's3 with two secret keys',
    'SharedVolume',
    s3({ secretKeyFromSecret: ofTeam }),
    ['spec.source.s3.secretKey', 'holds both', '"site"'],
  ],
  ['s3 without region', 'SharedVolume', s3({ region: '' }), ['spec.source.s3.region', 'at least 1']],
];

describe('bad manifests are refused, and the message names field and value', () => {
  it.each(refused)('%s', async (_name, kind, spec, words) => {
    const outcome = await outcomeOf(create(kind, spec));
    for (const word of words) expect(outcome).toContain(word);
  });

  it('without repeating a password that stands in the address', async () => {
    const outcome = await outcomeOf(create('SharedVolume', git({ url: 'https://user:hunter2@git.example/a.git' })));
    expect(outcome).toContain('spec.source.git.url');
    expect(outcome).toContain('must not hold a password');
    expect(outcome).not.toContain('hunter2');
  });
});

describe('what may change later', () => {
  const nfsServer = { name: 'nfs', url: 'nfs.example' };

  it.each<[string, Fields, Fields, string[]]>([
    ['mountPath', base, { mountPath: '/opt/other' }, ['spec.mountPath', '"/opt/site"', '"/opt/other"']],
    [
      'storageClassName changed',
      { ...base, storageClassName: 'fast' },
      { storageClassName: 'slow' },
      ['spec.storageClassName', '"fast"', '"slow"'],
    ],
    [
      'storageClassName removed',
      { ...base, storageClassName: 'fast' },
      { storageClassName: null },
      ['spec.storageClassName', '"fast"', '""'],
    ],
    ['storageClassName added', base, { storageClassName: 'fast' }, ['spec.storageClassName', '""', '"fast"']],
    [
      'resourceNamespace changed',
      { ...base, resourceNamespace: 'a' },
      { resourceNamespace: 'b' },
      ['spec.resourceNamespace', '"a"', '"b"'],
    ],
    [
      'resourceNamespace removed',
      { ...base, resourceNamespace: 'a' },
      { resourceNamespace: null },
      ['spec.resourceNamespace', '"a"', '""'],
    ],
    [
      'referenceValue changed',
      { ...base, referenceValue: 'sv-1' },
      { referenceValue: 'sv-2' },
      ['spec.referenceValue', '"sv-1"', '"sv-2"'],
    ],
    [
      'referenceValue removed',
      { ...base, referenceValue: 'sv-1' },
      { referenceValue: null },
      ['spec.referenceValue', '"sv-1"', '""'],
    ],
    ['capacity', base, { storage: { capacity: '20Gi' } }, ['spec.storage', 'storage.capacity', '"10Gi"', '"20Gi"']],
    [
      'accessMode',
      base,
      { storage: { accessMode: 'ReadWrite' } },
      ['spec.storage', 'storage.accessMode', '"ReadOnly"', '"ReadWrite"'],
    ],
    ['storage removed', base, { storage: null }, ['spec.storage', 'storage.capacity', '"10Gi"', '""']],
    [
      'nfsServer changed',
      { ...base, nfsServer },
      { nfsServer: { url: 'other.example' } },
      ['spec.nfsServer.url', '"nfs.example"', '"other.example"'],
    ],
    [
      'a field of nfsServer removed',
      { ...base, nfsServer },
      { nfsServer: { name: null } },
      ['spec.nfsServer.name', '"nfs"', '""'],
    ],
    [
      'nfsServer removed',
      { ...base, nfsServer },
      { nfsServer: null },
      ['spec.nfsServer', '"nfs.example"', 'cannot be removed'],
    ],
  ])('not: %s', async (_name, before, change, words) => {
    const name = await create('SharedVolume', before);
    const path = volumePath({ kind: 'SharedVolume', namespace, name });
    const outcome = await outcomeOf(client.patch(path, { spec: change }, { type: 'merge' }));
    for (const word of ['immutable', ...words]) expect(outcome).toContain(word);
  });

  it('not: a protected field by removing it in one update and adding it in the next', async () => {
    const name = await create('SharedVolume', { ...base, nfsServer });
    const path = volumePath({ kind: 'SharedVolume', namespace, name });
    await outcomeOf(client.patch(path, { spec: { nfsServer: null } }, { type: 'merge' }));
    const outcome = await outcomeOf(
      client.patch(path, { spec: { nfsServer: { url: 'other.example' } } }, { type: 'merge' }),
    );
    expect(outcome).toContain('cannot become "other.example"');
  });

  it.each<[string, Fields, Fields]>([
    [
      'what was empty, once',
      { mountPath: '/opt/site' },
      { storage, resourceNamespace: 'a', referenceValue: 'sv-1', nfsServer },
    ],
    ['empty fields of nfsServer', { ...base, nfsServer }, { nfsServer: { path: '/export', namespace: 'nfs' } }],
    ['the default access mode, spelled out', base, { storage: { accessMode: 'ReadOnly' } }],
    ['the kind of source', git({}), { source: { git: null, http: { url: 'https://files.example/a' } } }],
    [
      'everything else',
      git({ branch: 'main' }),
      { syncInterval: '10m', paused: true, retain: 5, pin: commit, source: { git: { branch: null, ref: 'v2' } } },
    ],
  ])('but: %s', async (_name, before, change) => {
    const name = await create('SharedVolume', before);
    const path = volumePath({ kind: 'SharedVolume', namespace, name });
    await expect(outcomeOf(client.patch(path, { spec: change }, { type: 'merge' }))).resolves.toBe('accepted');
  });
});
