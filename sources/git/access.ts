import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { DroverError } from '../../domain/errors.js';
import { checkDestination } from '../addressPolicy.js';
import type { Credentials } from '../source.js';
import type { GitAddress } from './address.js';
import type { GitSetup } from './environment.js';

/** What is asked for when the Secret names no user: servers that take tokens accept any, and SSH hosts use this one. */
const DEFAULT_USER = 'git';

/**
 * Lets git reach the server, if it may be reached, with the credentials, for the time of `work`. Secrets are in files that only this user can read, in a directory
 * of the attempt's scratch space that is removed afterwards; command lines and environments hold only their paths.
 */
export async function withAccess<T>(
  setup: GitSetup,
  address: GitAddress,
  credentials: Credentials,
  work: (setup: GitSetup) => Promise<T>,
): Promise<T> {
  const checked = await withDestination(setup, address);
  const usesPassword = isHttp(address) && credentials.password !== undefined;
  if (!usesPassword && address.scheme !== 'ssh') return work(checked);
  const dir = join(setup.dir, `access-${randomUUID()}`);
  await mkdir(dir, { mode: 0o700 });
  try {
    return await work(
      usesPassword
        ? await withPassword(checked, address, credentials, dir)
        : await withKey(checked, address, credentials, dir),
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * Refuses servers that no source may be on. Over http, git then connects to the very addresses that were looked at; ssh and
 * git ask for them once more. Behind a proxy only the proxy knows a name's addresses.
 * @throws `SourceRefused`
 */
async function withDestination(setup: GitSetup, address: GitAddress): Promise<GitSetup> {
  if (address.scheme === 'file') return setup;
  const isProxied = isHttp(address) && PROXIES.some((name) => setup.env[name] !== undefined);
  const addresses = await checkDestination(address.host, setup.allowLoopback, isProxied ? knowNoName : undefined);
  if (!isHttp(address) || isIP(address.host) > 0 || addresses.length === 0) return setup;
  const pin = `http.curloptResolve=${address.host}:${address.port}:${addresses.join(',')}`;
  return { ...setup, config: [...setup.config, pin] };
}

async function knowNoName(): Promise<readonly string[]> {
  return [];
}

const PROXIES = ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];

function isHttp({ scheme }: GitAddress): boolean {
  return scheme === 'http' || scheme === 'https';
}

/**
 * The password goes through a credential helper that git runs only for exactly this scheme, host and port, so after a
 * redirect another host gets nothing. An askpass program would see only a prompt, and would need a file system that
 * allows execution.
 */
async function withPassword(
  setup: GitSetup,
  address: GitAddress,
  credentials: Credentials,
  dir: string,
): Promise<GitSetup> {
  const user = credentials.user ?? DEFAULT_USER;
  // Secrets made from files often end with a line break, which no password has.
  const password = (credentials.password ?? '').replace(/[\r\n]+$/, '');
  if (/[\r\n\0]/.test(`${user}${password}`)) {
    throw new DroverError('SecretInvalid', 'the user or password has a line break or NUL in it');
  }
  const file = join(dir, 'credential');
  await writeFile(file, `username=${user}\npassword=${password}\n`, { mode: 0o600 });
  const origin = /^https?:\/\/[^/]+/.exec(address.url)?.[0] ?? '';
  return { ...setup, config: [...setup.config, `credential.${origin}.helper=!cat ${shellQuote(file)} #`] };
}

/** The address has user, host and port; the key, if any, is the only identity that ssh may offer. */
async function withKey(setup: GitSetup, address: GitAddress, credentials: Credentials, dir: string): Promise<GitSetup> {
  const knownHosts = join(dir, 'known_hosts');
  await writeFile(knownHosts, toLines(credentials.knownHosts), { mode: 0o600 });
  const key = join(dir, 'key');
  if (credentials.privateKey !== undefined) await writeFile(key, toLines(credentials.privateKey), { mode: 0o600 });
  const options = [
    credentials.privateKey === undefined ? 'IdentityFile=none' : sshPath('IdentityFile', key),
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    sshPath('UserKnownHostsFile', knownHosts),
    'GlobalKnownHostsFile=/dev/null',
    // No trust on first use: who could stand between would be trusted for ever.
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'BatchMode=yes',
    'ConnectTimeout=15',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    // The only level at which ssh says the fingerprint of a key that it refuses.
    'LogLevel=DEBUG1',
    ...(address.user === undefined ? [`User=${credentials.user ?? DEFAULT_USER}`] : []),
  ];
  const command = ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', shellQuote(option)])].join(' ');
  // Naming the variant saves git a trial run of ssh.
  return { ...setup, env: { ...setup.env, GIT_SSH_COMMAND: command, GIT_SSH_VARIANT: 'ssh' } };
}

/** ssh splits paths at spaces and expands `%`, so both are quoted. */
function sshPath(option: string, path: string): string {
  return `${option}="${path.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Keys that were copied on Windows, or without their last line break, are refused by ssh as malformed. */
function toLines(text: string | undefined): string {
  const clean = (text ?? '').replaceAll('\r\n', '\n').trim();
  return clean === '' ? '' : `${clean}\n`;
}
