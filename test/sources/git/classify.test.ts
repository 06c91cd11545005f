import { describe, expect, it } from '@jest/globals';
import { classify, isStoreDamaged, reasonOf } from '../../../sources/git/classify.js';
import { gitFailure } from '../../../sources/git/failure.js';

const SSH_END =
  'fatal: Could not read from remote repository.\nPlease make sure you have the correct access rights\nand the repository exists.\n';

/** What git 2.39 and OpenSSH 9.2 said in real runs, except where another origin is given. */
const SAMPLES: [string, string][] = [
  ['AuthFailed', "fatal: Authentication failed for 'http://127.0.0.1:42387/private.git/'\n"],
  ['AuthFailed', "fatal: could not read Username for 'http://127.0.0.1:35867': terminal prompts disabled\n"],
  [
    'AuthFailed',
    "fatal: unable to access 'http://127.0.0.1:34193/private.git/': The requested URL returned error: 403\n",
  ],
  ['AuthFailed', `root@127.0.0.1: Permission denied (publickey,keyboard-interactive).\n${SSH_END}`],
  [
    'CertificateUntrusted',
    "fatal: unable to access 'https://127.0.0.1:46583/p.git/': server certificate verification failed. CAfile: none CRLfile: none\n",
  ],
  // As curl with OpenSSL says it.
  [
    'CertificateUntrusted',
    "fatal: unable to access 'https://h/p.git/': SSL certificate problem: self-signed certificate\n",
  ],
  [
    'HostKeyUnverified',
    `No ED25519 host key is known for [127.0.0.1]:39153 and you have requested strict checking.\nHost key verification failed.\n${SSH_END}`,
  ],
  [
    'HostNotFound',
    "fatal: unable to access 'https://no-such-host.invalid/a.git/': Could not resolve host: no-such-host.invalid\n",
  ],
  ['HostNotFound', 'fatal: unable to look up no-such-host.invalid (port 9418) (Name or service not known)\n'],
  ['HostNotFound', `ssh: Could not resolve hostname no-such-host.invalid: Name or service not known\n${SSH_END}`],
  ['RepositoryNotFound', `fatal: '/srv/none.git' does not appear to be a git repository\n${SSH_END}`],
  ['RepositoryNotFound', "fatal: repository 'http://127.0.0.1:45137/other.git/' not found\n"],
  ['RepositoryNotFound', 'fatal: remote error: access denied or repository not exported: /none.git\n'],
  // As GitHub says it.
  ['RepositoryNotFound', `ERROR: Repository not found.\n${SSH_END}`],
  ['RevisionNotFound', 'fatal: remote error: upload-pack: not our ref 1111111111111111111111111111111111111111\n'],
  [
    'SecretInvalid',
    `Load key "/run/x/key": error in libcrypto\nroot@127.0.0.1: Permission denied (publickey).\n${SSH_END}`,
  ],
  ['SourceUnreachable', 'fatal: read error: Connection reset by peer\n'],
  [
    'SourceUnreachable',
    "fatal: unable to access 'http://127.0.0.1:34013/a.git/': Failed to connect to 127.0.0.1 port 34013 after 0 ms: Couldn't connect to server\n",
  ],
  [
    'SourceUnreachable',
    "fatal: unable to access 'http://127.0.0.1:35279/p.git/': The requested URL returned error: 429\n",
  ],
  [
    'SourceUnreachable',
    "fatal: unable to access 'http://127.0.0.1:37355/p.git/': The requested URL returned error: 503\n",
  ],
  ['SourceUnreachable', "fatal: unable to access 'http://127.0.0.1:41665/a.git/': Empty reply from server\n"],
  ['SourceUnreachable', 'fatal: unable to connect to 127.0.0.1:\n127.0.0.1[0: 127.0.0.1]: errno=Connection refused\n'],
  [
    'SourceUnreachable',
    `kex_exchange_identification: Connection closed by remote host\nConnection closed by 127.0.0.1 port 38357\n${SSH_END}`,
  ],
  ['SourceUnreachable', `ssh: connect to host 127.0.0.1 port 41805: Connection refused\n${SSH_END}`],
  // From git's own sources: fetch-pack.c, index-pack.c, write-or-die.c, transport.c.
  [
    'SourceUnreachable',
    'error: RPC failed; curl 18 transfer closed\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n',
  ],
  ['NoSpace', 'fatal: write error: No space left on device\nfatal: early EOF\n'],
  ['NoSpace', 'fatal: unable to write file: Disk quota exceeded\n'],
  ['SourceRefused', "fatal: transport 'file' not allowed\n"],
  ['SourceRefused', 'fatal: dumb http transport does not support shallow capabilities\n'],
  ['UnsafePath', "error: invalid path '.gitmodules'\n"],
];

describe('reasonOf', () => {
  it.each(SAMPLES)('says %s for %j', (reason, stderr) => {
    expect(reasonOf(stderr)).toBe(reason);
  });

  it('does not guess', () => {
    expect(reasonOf('fatal: something new\n')).toBeUndefined();
  });
});

describe('isStoreDamaged', () => {
  it.each([
    'error: packfile /store/objects/pack/pack-1.pack cannot be accessed\nfatal: bad object HEAD\n',
    'missing blob 1111 of a.txt',
    'error: inflate: data stream error (incorrect header check)\n',
    'fatal: not a valid object name 1111\n',
  ])('for %j', (stderr) => {
    expect(isStoreDamaged(gitFailure('ls-tree', 128, stderr))).toBe(true);
  });

  it('not for failures of the network, nor for errors of our own', () => {
    for (const [, stderr] of SAMPLES) expect(isStoreDamaged(gitFailure('fetch', 128, stderr))).toBe(false);
    expect(isStoreDamaged(new Error('bad object'))).toBe(false);
  });
});

describe('classify', () => {
  it('names the repository and the line that decided, without user', () => {
    const failure = gitFailure(
      'fetch',
      128,
      "warning: x\nfatal: Authentication failed for 'https://me:canary@h/p.git/'\nfatal: more\n",
    );
    expect(classify(failure, 'https://h/p.git').message).toBe(
      "https://h/p.git: fatal: Authentication failed for 'https://h/p.git/'",
    );
  });

  it('shows the fingerprint of an unknown and of a changed host key', () => {
    const key = 'debug1: Server host key: ssh-ed25519 SHA256:abc\n';
    expect(classify(gitFailure('fetch', 128, `${key}Host key verification failed.\n`), 'h:r').message).toBe(
      'h:r: the host key is not in known hosts; the server showed ssh-ed25519 SHA256:abc',
    );
    const changed = '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n';
    expect(
      classify(gitFailure('fetch', 128, `${key}${changed}Host key verification failed.\n`), 'h:r').message,
    ).toMatch(/differs from/);
  });

  it('ignores what ssh says for debugging', () => {
    const failure = gitFailure('fetch', 128, 'debug1: connect to address: Connection refused\nfatal: new\n');
    expect(classify(failure, 'h:r')).toMatchObject({ reason: 'Internal', message: 'h:r: fatal: new' });
  });

  it('names the signal that ended git', () => {
    expect(classify(gitFailure('fetch', 'SIGKILL', ''), 'h')).toMatchObject({
      reason: 'Internal',
      message: 'h: git fetch ended with SIGKILL',
    });
    expect(classify(gitFailure('ls-remote', 'SIGPIPE', ''), 'h').reason).toBe('SourceUnreachable');
  });
});
