import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository, type Repository } from '../doubles/git/repository.js';
import { startSmartHttp, type SmartHttpServer } from '../doubles/git/smartHttp.js';
import { condition, hasPublished, isReady, isStalled, startEnvironment, type Environment } from './environment.js';

jest.setTimeout(120_000);

const PASSWORD = 'canary-Tr0ub4dor&3';

let environment: Environment;
let daemon: GitServer;
let http: SmartHttpServer;
let repository: Repository;
let head: string;
beforeAll(async () => {
  environment = await startEnvironment();
  const served = join(environment.dir, 'served');
  repository = createRepository(served, 'site.git');
  head = repository.commit({ 'index.html': 'one' });
  execFileSync('git', ['init', '--quiet', '--bare', join(served, 'empty.git')]);
  daemon = await startGitDaemon(served);
  http = await startSmartHttp(served, { user: 'reader', password: PASSWORD });
});
afterAll(async () => {
  await environment.close();
  await Promise.all([daemon.close(), http.close()]);
});

function expectRemedy(message: string | undefined): void {
  expect(message).toMatch(/To do \((volume owner|source owner|platform engineer)\): \S+/);
}

describe('a source that cannot be used', () => {
  it('says why and what to do, each reason its own', async () => {
    const url = `${daemon.url}/site.git`;
    const cases: [string, string, object][] = [
      ['branch', 'RefNotFound', { url, branch: 'no-such-branch' }],
      ['host', 'HostNotFound', { url: 'https://no-such-host.invalid/site.git' }],
      ['refused', 'SourceUnreachable', { url: 'git://127.0.0.1:1/site.git' }],
      ['empty', 'EmptySource', { url: `${daemon.url}/empty.git` }],
      ['repository', 'RepositoryNotFound', { url: `${daemon.url}/no-such.git` }],
      ['anonymous', 'AuthFailed', { url: `${http.url}/site.git` }],
      ['secret', 'SecretNotFound', { url, user: 'x', passwordFromSecret: { name: 'missing', key: 'k' } }],
      ['scheme', 'SourceRefused', { url: 'file:///etc' }],
      ['metadata', 'SourceRefused', { url: 'http://169.254.169.254/latest/meta-data' }],
      ['subpath', 'SubPathNotFound', { url, subPath: 'no/such/directory' }],
    ];
    for (const [name, , git] of cases)
      await environment.createVolume(name, { source: { git: git as { url: string } } });

    for (const [name, reason] of cases) {
      const volume = await environment.untilVolume(name, isStalled(reason), 60_000);
      const described = execKubectlDescribe(name);

      expect(described).toContain(reason);
      expectRemedy(condition(volume, 'Stalled')?.message);
      expect(condition(volume, 'Ready')?.status).toBe('False');
      expect(volume.status?.published).toBeUndefined();
    }
  });

  it('is picked up by itself once it can be used', async () => {
    repository.git('branch', 'no-such-branch');
    repository.push();

    await environment.untilVolume('branch', hasPublished(head), 60_000);
  });

  it('does not touch what is published', async () => {
    await environment.createVolume('live', { source: { git: { url: `${daemon.url}/site.git`, branch: 'main' } } });
    await environment.untilVolume('live', isReady);

    await environment.patchSpec('live', { source: { git: { branch: 'gone' } } });
    await environment.untilVolume('live', isStalled('RefNotFound'));
    const volume = await environment.untilVolume('live', ({ status }) => status?.phase === 'Stalled');

    expect(readFileSync(join(environment.directory('live'), 'data/index.html'), 'utf8')).toBe('one');
    expect(volume.status?.published?.revision).toBe(head);
    expect(condition(volume, 'Ready')?.status).toBe('True');
  });

  it('refuses content that no reader could use, and names it', async () => {
    const bad: [string, string, Parameters<Repository['commit']>[0]][] = [
      [
        'lfs',
        'LfsPointer',
        { 'big.bin': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 5\n` },
      ],
      ['escape', 'UnsafeLink', { link: { link: '../../../etc/passwd' } }],
      ['reserved', 'ReservedName', { '..data': 'mine' }],
    ];
    for (const [name, reason, files] of bad) {
      const source = createRepository(join(environment.dir, 'served'), `${name}.git`);
      source.commit(files);
      await environment.createVolume(name, { source: { git: { url: `${daemon.url}/${name}.git` } } });
      const volume = await environment.untilVolume(name, isStalled(reason));
      expectRemedy(condition(volume, 'Stalled')?.message);
    }
    // What trying again cannot change is not tried again by itself.
    const lfs = await environment.untilVolume('lfs', isStalled('LfsPointer'));
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    expect(await environment.runs(lfs)).toHaveLength(1);
  });
});

describe('a wrong password', () => {
  it('is picked up from the Secret once it is right', async () => {
    await environment.createSecret('reader', { token: 'canary-wr0ng' });
    const git = {
      url: `${http.url}/site.git`,
      user: 'reader',
      passwordFromSecret: { name: 'reader', key: 'token' },
    };
    await environment.createVolume('private', { source: { git } });
    await environment.untilVolume('private', isStalled('AuthFailed'));

    await environment.createSecret('reader', { token: PASSWORD });
    await environment.untilVolume('private', isReady, 60_000);
  });
});

describe('what is not supported yet', () => {
  it('is accepted and says so', async () => {
    const cases: [string, object][] = [
      ['ssh', { source: { ssh: { host: 'files.example.com', path: '/srv', user: 'me', password: 'x' } } }],
      ['http', { source: { http: { url: 'https://files.example.com/a' } } }],
      [
        's3',
        {
          source: {
            s3: { endpointUrl: 'https://s3.example.com', bucketName: 'b', region: 'r', accessKey: 'a', secretKey: 's' },
          },
        },
      ],
      [
        'readwrite',
        { storage: { capacity: '1Gi', accessMode: 'ReadWrite' }, source: { git: { url: `${daemon.url}/site.git` } } },
      ],
    ];
    for (const [name, spec] of cases) await environment.createVolume(name, spec);

    for (const [name] of cases) {
      const volume = await environment.untilVolume(name, (seen) => condition(seen, 'Reconciled') !== undefined);
      expect(condition(volume, 'Reconciled')).toMatchObject({ status: 'False', reason: 'NotYetSupported' });
      expect(await environment.runs(volume)).toEqual([]);
    }
  });
});

function execKubectlDescribe(name: string): string {
  return environment.drover.kubectl('describe', 'sharedvolume', '-n', environment.namespace, name);
}
