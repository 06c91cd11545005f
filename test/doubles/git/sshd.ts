import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { untilListening, type GitServer } from './daemon.js';
import { freePort } from './freePort.js';

export interface SshServer extends GitServer {
  readonly user: string;
  /** A key that the server accepts. */
  readonly privateKey: string;
  readonly publicKey: string;
  /** Accepts one more key from now on. */
  accept(publicKey: string): void;
  /** The line for a known_hosts file. */
  readonly knownHosts: string;
  /** `SHA256:…` of the host key. */
  readonly fingerprint: string;
}

/** Where sshd is; absent on machines without an SSH server. */
export const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));

/** A real OpenSSH server with its own host key, which accepts one key. Repositories are named by their path. */
export async function startSshd(servedDir: string): Promise<SshServer> {
  if (SSHD === undefined) throw new Error('there is no sshd on this machine; on Debian, install openssh-server');
  // The configuration file has no way to quote every character that a path can have.
  const dir = mkdtempSync(join(tmpdir(), 'drover-sshd-'));
  const { privateKey, publicKey } = createKey(dir, 'client');
  createKey(dir, 'host');
  const port = await freePort();
  writeFileSync(join(dir, 'authorized_keys'), publicKey);
  const config = [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${join(dir, 'host')}`,
    `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
  ];
  writeFileSync(join(dir, 'sshd_config'), `${config.join('\n')}\n`);
  // Privilege separation wants this directory, which the service would make.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const server = spawn(SSHD, ['-D', '-e', '-f', join(dir, 'sshd_config')], { stdio: 'ignore' });
  await untilListening(port);
  const [type = '', key = ''] = readFileSync(join(dir, 'host.pub'), 'utf8').split(' ');
  const { username } = userInfo();
  return {
    url: `ssh://${username}@127.0.0.1:${port}${encodeURI(servedDir)}`,
    port,
    user: username,
    privateKey,
    publicKey,
    accept: (key) => appendFileSync(join(dir, 'authorized_keys'), key),
    knownHosts: `[127.0.0.1]:${port} ${type} ${key}\n`,
    fingerprint: execFileSync('ssh-keygen', ['-lf', join(dir, 'host.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '',
    async close() {
      const closed = once(server, 'close');
      server.kill();
      await closed;
      rmSync(dir, { recursive: true });
    },
  };
}

export function createKey(
  dir: string,
  name: string,
  passphrase = '',
): { readonly privateKey: string; readonly publicKey: string } {
  const path = join(dir, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path]);
  return { privateKey: readFileSync(path, 'utf8'), publicKey: readFileSync(`${path}.pub`, 'utf8') };
}
