import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { createGitSource } from '../../../sources/git/index.js';
import type { Credentials, StoreContext } from '../../../sources/source.js';
import { createVolumeDirs, LOCAL_SERVERS } from '../../doubles/git/context.js';
import { freePort } from '../../doubles/git/freePort.js';
import { createRepository, type Repository } from '../../doubles/git/repository.js';
import { startSmartHttp, type SmartHttpOptions, type SmartHttpServer } from '../../doubles/git/smartHttp.js';
import { createKey, startSshd, type SshServer } from '../../doubles/git/sshd.js';

jest.setTimeout(60_000);

const dirs = createVolumeDirs();
const served = join(dirs.root, 'served');
const login = { user: 'reader@corp', password: `can'ary "$(id)" ü+/=%41` };
let repository: Repository;
let tip: string;

beforeAll(() => {
  repository = createRepository(served, 'private.git');
  tip = repository.commit({ 'a.txt': 'a' });
});

afterAll(() => dirs.remove());

async function withHttp<T>(options: SmartHttpOptions, work: (server: SmartHttpServer) => Promise<T>): Promise<T> {
  const server = await startSmartHttp(served, options);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

function resolve(
  url: string,
  credentials: Credentials = {},
  environment: Record<string, string> = {},
): Promise<string> {
  return createGitSource({ url, ref: 'main', depth: 1 }, { ...LOCAL_SERVERS, environment }).resolve(
    dirs.context({ credentials }),
  );
}

function reasonOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => 'none',
    (error: { reason?: string; message: string }) => `${error.reason}: ${error.message}`,
  );
}

/** Whether `secret` is in any file below `dir`. */
function holds(dir: string, secret: string): boolean {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(secret),
  );
}

describe('addresses', () => {
  const strict = { ...LOCAL_SERVERS, allowLoopback: false };

  it.each(['127.0.0.1', 'localhost'])('asks a server on %s only where that is allowed', async (host) => {
    await withHttp({}, async ({ port, requests }) => {
      const url = `http://${host}:${port}/private.git`;

      expect(await reasonOf(createGitSource({ url, depth: 1 }, strict).resolve(dirs.context()))).toMatch(
        /^SourceRefused: .*is the machine of the mover itself/,
      );
      expect(requests()).toBe(0);
      expect(await createGitSource({ url, depth: 1 }, LOCAL_SERVERS).resolve(dirs.context())).toBe(tip);
    });
  });

  it.each(['http://169.254.169.254/latest', 'git://[fe80::1]/x', 'git@169.254.1.1:x', 'https://[::ffff:a9fe:a9fe]/x'])(
    'never asks %s',
    async (url) => {
      const failure = await reasonOf(createGitSource({ url, depth: 1 }, LOCAL_SERVERS).resolve(dirs.context()));

      expect(failure).toMatch(/^SourceRefused: .*link-local/);
    },
  );
});

describe('http', () => {
  it('needs no credentials for a public repository', async () => {
    await withHttp({}, async ({ url }) => expect(await resolve(`${url}/private.git`)).toBe(tip));
  });

  it('gives user and password, whatever characters they have, and leaves them nowhere', async () => {
    await withHttp(login, async ({ url }) => {
      const source = createGitSource({ url: `${url}/private.git`, depth: 1 }, LOCAL_SERVERS);
      const context: StoreContext = dirs.context({ credentials: { ...login, password: `${login.password}\n` } });
      expect(await source.resolve(context)).toBe(tip);
      const { entries } = await source.list(tip, context);
      await source.write(tip, entries, dirs.target(), context);
      for (const dir of [context.scratchDir, context.storeDir, context.privateDir])
        expect(holds(dir, login.password)).toBe(false);
    });
  });

  it('uses the password of the step at hand, so that a rotated one is picked up', async () => {
    const options = { ...login };
    await withHttp(options, async ({ url }) => {
      const source = createGitSource({ url: `${url}/private.git`, ref: 'main', depth: 1 }, LOCAL_SERVERS);
      expect(await source.resolve(dirs.context({ credentials: login }))).toBe(tip);
      options.password = 'rotated';
      expect(await reasonOf(source.resolve(dirs.context({ credentials: login })))).toMatch(/^AuthFailed: /);
      const storeDir = join(dirs.root, 'rotated.store');
      const context = dirs.context({ credentials: { ...login, password: 'rotated' }, storeDir });
      expect((await source.list(tip, context)).entries).toHaveLength(1);
    });
  });

  it('goes on after a server that failed, with nothing left over from the failure', async () => {
    const options: { answer?: { readonly status: number }; stallAfterBytes?: number } = { answer: { status: 500 } };
    await withHttp(options, async ({ url }) => {
      const source = createGitSource({ url: `${url}/private.git`, ref: 'main', depth: 1 }, LOCAL_SERVERS);
      const storeDir = join(dirs.root, 'flaky.store');
      expect(await reasonOf(source.list(tip, dirs.context({ storeDir })))).toMatch(/^SourceUnreachable: /);
      delete options.answer;
      expect((await source.list(tip, dirs.context({ storeDir }))).entries).toHaveLength(1);
    });
  });

  it.each([
    ['a wrong password', { user: login.user, password: 'canary-wrong' }],
    ['no credentials', {}],
  ])('says AuthFailed for %s, without the password', async (_case, credentials) => {
    await withHttp(login, async ({ url }) => {
      const failure = await reasonOf(resolve(`${url}/private.git`, credentials));
      expect(failure).toMatch(/^AuthFailed: http:\/\/127\.0\.0\.1:\d+\/private\.git: /);
      expect(failure).not.toContain('canary');
    });
  });

  it('gives nothing to another host after a redirect', async () => {
    await withHttp(login, async (other) =>
      withHttp({ answer: { status: 302, location: other.url } }, async ({ url }) => {
        expect(await reasonOf(resolve(`${url}/private.git`, login))).toMatch(/^AuthFailed/);
        expect(other.requests()).toBeGreaterThan(0);
        expect(other.authorizations).toEqual([]);
      }),
    );
  });

  it.each([
    [403, 'AuthFailed'],
    [404, 'RepositoryNotFound'],
    [429, 'SourceUnreachable'],
    [503, 'SourceUnreachable'],
  ])('names an answer of %i %s', async (status, reason) => {
    await withHttp({ answer: { status } }, async ({ url }) => {
      expect(await reasonOf(resolve(`${url}/private.git`))).toMatch(new RegExp(`^${reason}: `));
    });
  });

  it('says RepositoryNotFound for a wrong path', async () => {
    await withHttp({}, async ({ url }) =>
      expect(await reasonOf(resolve(`${url}/other.git`))).toMatch(/^RepositoryNotFound: /),
    );
  });

  it('trusts only known certificate authorities, and those that the process names', async () => {
    const dir = dirs.target();
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...request, ...names, '-keyout', 'key.pem', '-out', 'cert.pem'], {
      cwd: dir,
      stdio: 'ignore',
    });
    const tls = { key: readFileSync(join(dir, 'key.pem'), 'utf8'), cert: readFileSync(join(dir, 'cert.pem'), 'utf8') };
    await withHttp({ ...login, tls }, async ({ url }) => {
      expect(await reasonOf(resolve(`${url}/private.git`, login))).toMatch(/^CertificateUntrusted: /);
      const environment = { GIT_SSL_CAINFO: join(dir, 'cert.pem') };
      expect(await resolve(`${url}/private.git`, login, environment)).toBe(tip);
    });
  });
});

describe('hosts', () => {
  it('names a host that does not exist', async () => {
    expect(await reasonOf(resolve('https://no-such-host.invalid/a.git'))).toMatch(/^HostNotFound: /);
    expect(await reasonOf(resolve('git://no-such-host.invalid/a.git'))).toMatch(/^HostNotFound: /);
    expect(await reasonOf(resolve('ssh://no-such-host.invalid/a.git'))).toMatch(/^HostNotFound: /);
  });

  it.each(['http', 'git', 'ssh'])('names a port that refuses %s', async (scheme) => {
    expect(await reasonOf(resolve(`${scheme}://127.0.0.1:${await freePort()}/a.git`))).toMatch(/^SourceUnreachable: /);
  });

  it.each(['http', 'git', 'ssh'])('names a server that hangs up on %s', async (scheme) => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const reason = await reasonOf(resolve(`${scheme}://127.0.0.1:${port}/a.git`));
    server.close();
    expect(reason).toMatch(/^SourceUnreachable: /);
  });
});

describe('ssh', () => {
  let server: SshServer;
  const url = (): string => `${server.url}/private.git`;

  beforeAll(async () => {
    server = await startSshd(served);
  });

  afterAll(() => server.close());

  it('resolves, lists and writes with the right key, also one with Windows line ends', async () => {
    const { privateKey, knownHosts } = server;
    expect(await resolve(url(), { privateKey, knownHosts })).toBe(tip);
    const bent = privateKey.trimEnd().replaceAll('\n', '\r\n');
    expect(await resolve(url(), { privateKey: bent, knownHosts: knownHosts.trimEnd() })).toBe(tip);
    const source = createGitSource({ url: url(), depth: 1 }, LOCAL_SERVERS);
    const context = dirs.context({ credentials: { privateKey, knownHosts }, storeDir: join(dirs.root, 'ssh.store') });
    const { entries } = await source.list(tip, context);
    expect(entries.map(({ path }) => path)).toEqual(['a.txt']);
    for (const dir of [context.scratchDir, context.storeDir, context.privateDir])
      expect(holds(dir, 'PRIVATE KEY')).toBe(false);
  });

  it('takes the spelling user@host:path as well', async () => {
    const { privateKey, knownHosts, user, port } = server;
    // This spelling has no place for a port, so ssh is told another way.
    const bin = dirs.target();
    const ssh = execFileSync('/bin/sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
    writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec ${ssh} -p ${port} "$@"\n`, { mode: 0o755 });
    const source = createGitSource(
      { url: `${user}@127.0.0.1:${served}/private.git`, ref: 'main', depth: 1 },
      { ...LOCAL_SERVERS, environment: { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` } },
    );
    expect(await source.resolve(dirs.context({ credentials: { privateKey, knownHosts } }))).toBe(tip);
  });

  it('takes the user from the credentials when the URL has none', async () => {
    const { privateKey, knownHosts, user } = server;
    expect(await resolve(url().replace(`${user}@`, ''), { privateKey, knownHosts, user })).toBe(tip);
  });

  it('says AuthFailed for a wrong key and for none', async () => {
    const { knownHosts } = server;
    const { privateKey } = createKey(dirs.target(), 'stranger');
    expect(await reasonOf(resolve(url(), { privateKey, knownHosts }))).toMatch(/^AuthFailed: .*Permission denied/);
    expect(await reasonOf(resolve(url(), { knownHosts }))).toMatch(/^AuthFailed: /);
  });

  it('says SecretInvalid for what is no key, and for a key with a passphrase', async () => {
    const { knownHosts } = server;
    expect(await reasonOf(resolve(url(), { privateKey: 'canary', knownHosts }))).toMatch(
      /^SecretInvalid: (?!.*canary)/,
    );
    const { privateKey } = createKey(dirs.target(), 'locked', 'passphrase');
    expect(await reasonOf(resolve(url(), { privateKey, knownHosts }))).toMatch(/^(?:SecretInvalid|AuthFailed): /);
  });

  it('refuses an unknown and a changed host key, and shows the fingerprint', async () => {
    const { privateKey, fingerprint, port } = server;
    const unknown = await reasonOf(resolve(url(), { privateKey }));
    expect(unknown).toMatch(/^HostKeyUnverified: .*not in known hosts/);
    expect(unknown).toContain(fingerprint);
    const { publicKey } = createKey(dirs.target(), 'other');
    const changed = await reasonOf(resolve(url(), { privateKey, knownHosts: `[127.0.0.1]:${port} ${publicKey}` }));
    expect(changed).toMatch(/^HostKeyUnverified: .*differs/);
    expect(changed).toContain(fingerprint);
  });

  it('says RepositoryNotFound for a wrong path', async () => {
    const { privateKey, knownHosts } = server;
    expect(await reasonOf(resolve(`${server.url}/none.git`, { privateKey, knownHosts }))).toMatch(
      /^RepositoryNotFound: /,
    );
  });
});
