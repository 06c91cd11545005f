import { DroverError } from '../../domain/errors.js';

export type GitScheme = 'https' | 'http' | 'ssh' | 'git' | 'file';

/** A checked URL of a Git repository. */
export interface GitAddress {
  /** What git is given. It holds no secret. */
  readonly url: string;
  readonly scheme: GitScheme;
  /** Empty for `file`. */
  readonly host: string;
  readonly port: number;
  /** Only from ssh URLs. */
  readonly user?: string;
  /** For messages: the URL without user. */
  readonly label: string;
}

const DEFAULT_PORTS: Record<GitScheme, number> = { https: 443, http: 80, ssh: 22, git: 9418, file: 0 };

const URL_PARTS = /^(https|http|ssh|git):\/\/([^/]*)(.*)$/;
const AUTHORITY = /^(?:([^@]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::([0-9]{1,5}))?$/;
const SCP_FORM = /^(?:([^@:/]+)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*):(.+)$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]|%(?:0[0-9a-f]|1[0-9a-f]|7f)/i;

/** Throws `SourceRefused` with the problem behind the name of the field. */
type Refuse = (problem: string) => never;

/**
 * Checks `url` and takes it apart. Schemes are https, http, ssh and git, and the form `user@host:path`. Everything with
 * which git could be made to run a program or read the mover's disk is refused, and so are credentials, which would end
 * up in messages and process lists.
 * @param field what the message calls the URL
 * @throws `SourceRefused`; the message names the field and never repeats the URL, since it may hold a secret.
 */
export function parseAddress(url: string, allowFileUrls: boolean, field = 'source.git.url'): GitAddress {
  const refuse: Refuse = (problem) => {
    throw new DroverError('SourceRefused', `${field} ${problem}`);
  };
  if (url === '') refuse('is empty');
  if (CONTROL.test(url)) refuse('has a control character');
  if (url.startsWith('-')) refuse('begins with "-"');
  if (/^[A-Za-z0-9+.-]*::/.test(url)) refuse('names a remote helper (`transport::`)');
  if (url.startsWith('/') || url.startsWith('file:')) return parseFile(url, allowFileUrls, refuse);
  if (url.includes('://')) return parseUrl(url, refuse);
  return parseScpForm(url, refuse);
}

/** `host:port`, which the poller limits its parallelism by; `file` for the mover's own disk. */
export function hostAndPort({ scheme, host, port }: GitAddress): string {
  return scheme === 'file' ? 'file' : `${host}:${port}`;
}

/** Whether both lie on one server: what credentials are for. */
export function isSameServer(a: GitAddress, b: GitAddress): boolean {
  return a.scheme === b.scheme && a.host.toLowerCase() === b.host.toLowerCase() && a.port === b.port;
}

function parseUrl(url: string, refuse: Refuse): GitAddress {
  const [, scheme, authority = '', path = ''] =
    URL_PARTS.exec(url) ?? refuse('needs the scheme https, http, ssh or git');
  if (/[?#]/.test(path) || /[?#]/.test(authority)) refuse('has a query or a fragment');
  const parts = AUTHORITY.exec(authority);
  if (parts === null) refuse(authority === '' ? 'has no host' : 'has a malformed host or port');
  const [, userInfo, host = '', portText] = parts;
  const checkedScheme = scheme as GitScheme;
  if (userInfo !== undefined && checkedScheme !== 'ssh') refuse('has credentials in it; put them into a Secret');
  const port = portText === undefined ? DEFAULT_PORTS[checkedScheme] : Number(portText);
  if (port < 1 || port > 65_535) refuse('has a port that does not exist');
  if (path.length < 2) refuse('names no repository');
  const user = userInfo === undefined ? undefined : checkUser(userInfo, refuse);
  const label = `${checkedScheme}://${host}${portText === undefined ? '' : `:${portText}`}${path}`;
  return { url, scheme: checkedScheme, host, port, label, ...(user === undefined ? {} : { user }) };
}

function parseScpForm(url: string, refuse: Refuse): GitAddress {
  const parts = SCP_FORM.exec(url);
  if (parts === null) refuse('needs the scheme https, http, ssh or git, or the form user@host:path');
  const [, userInfo, host = '', path = ''] = parts;
  if (path.startsWith('-')) refuse('has a path that begins with "-"');
  const user = userInfo === undefined ? undefined : checkUser(userInfo, refuse);
  const address = { url, scheme: 'ssh', host, port: DEFAULT_PORTS.ssh, label: `${host}:${path}` } as const;
  return user === undefined ? address : { ...address, user };
}

function parseFile(url: string, allowFileUrls: boolean, refuse: Refuse): GitAddress {
  if (!allowFileUrls) refuse('names a path of the local disk');
  if (url.startsWith('file:') && !url.startsWith('file:///')) refuse('needs the form file:///path');
  return { url, scheme: 'file', host: '', port: 0, label: url };
}

function checkUser(userInfo: string, refuse: Refuse): string {
  if (userInfo.includes(':')) refuse('has credentials in it; put them into a Secret');
  if (!USER.test(userInfo)) refuse('has a malformed user name');
  return userInfo;
}
