import type { GitOptions } from './settings.js';

/** How git is called: from nothing, so that no setting of the machine or of a person changes what a sync does. */
export interface GitSetup {
  readonly env: Readonly<Record<string, string>>;
  /** Configuration, as `key=value`. */
  readonly config: readonly string[];
  /** Working directory of the processes, and a private place for files; nobody else can read it. */
  readonly dir: string;
  /** See `GitOptions`. */
  readonly allowLoopback: boolean;
  readonly signal: AbortSignal;
}

/** Used when the process passes no PATH on. */
const DEFAULT_PATH = '/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin';

/** What git may see of the process's environment: where programs are, how to get out, whom to trust. */
const PASSED_ON = [
  'PATH',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
];

/** The base of every call. `dir` is an existing private directory; it is also HOME, and holds no configuration. */
export function gitSetup(options: GitOptions, dir: string, signal: AbortSignal): GitSetup {
  const { allowFileUrls, allowLoopback, environment = {} } = options;
  return { env: gitEnvironment(environment, dir), config: gitConfig(allowFileUrls), dir, allowLoopback, signal };
}

/** The same setup with a repository, named explicitly so that git neither searches for one nor asks who owns it. */
export function inRepository(setup: GitSetup, gitDir: string): GitSetup {
  return { ...setup, env: { ...setup.env, GIT_DIR: gitDir } };
}

function gitEnvironment(environment: NonNullable<GitOptions['environment']>, home: string): Record<string, string> {
  const env: Record<string, string> = {
    PATH: DEFAULT_PATH,
    HOME: home,
    // Messages are parsed.
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // Replacement refs would let a listing and a checkout disagree with the commit id.
    GIT_NO_REPLACE_OBJECTS: '1',
    // Paths are paths, never patterns.
    GIT_LITERAL_PATHSPECS: '1',
  };
  for (const name of PASSED_ON) {
    const value = environment[name];
    if (value !== undefined && value !== '') env[name] = value;
  }
  return env;
}

function gitConfig(allowFileUrls: boolean): string[] {
  const schemes = allowFileUrls ? ['https', 'http', 'ssh', 'git', 'file'] : ['https', 'http', 'ssh', 'git'];
  return [
    'protocol.allow=never',
    ...schemes.map((scheme) => `protocol.${scheme}.allow=always`),
    // Nothing of a repository or of the machine is ever run.
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'credential.helper=',
    'submodule.recurse=false',
    'fetch.recurseSubmodules=false',
    // A later redirect could otherwise lead an authenticated request to another host.
    'http.followRedirects=initial',
    // Ends a transfer that stands still, in seconds; a server that counts objects of a large repository is silent for a while.
    'http.lowSpeedLimit=1',
    'http.lowSpeedTime=120',
    'gc.auto=0',
    'maintenance.auto=false',
    // Packs only: they are moved into the store by rename, which loose objects in their thousands could not be.
    'fetch.unpackLimit=1',
    'repack.writeBitmaps=false',
    'fetch.writeCommitGraph=false',
    // `transfer.fsckObjects` stays off: object ids are checked anyway, the listing checks paths and links itself, and
    // fsck would refuse many old but harmless histories (missing tagger, zero-padded modes).
  ];
}
