import { DroverError, type FailureReason } from '../../domain/errors.js';
import { isGitFailure, type GitFailure } from './failure.js';

/**
 * Signs in what git, ssh and servers say, and the reason that each stands for; the first that is found wins. So local
 * causes stand before remote ones, and what is said after every failure ("Could not read from remote repository") last.
 */
const SIGNS: readonly (readonly [RegExp, FailureReason])[] = [
  [/No space left on device|Disk quota exceeded/, 'NoSpace'],
  [/Read-only file system/, 'ReadOnlyExport'],
  [/error: invalid path '/, 'UnsafePath'],
  [/Host key verification failed|host key is known for .* strict checking/, 'HostKeyUnverified'],
  [/Load key ".*": /, 'SecretInvalid'],
  [
    /Authentication failed for|could not read (?:Username|Password)|Permission denied \(|requested URL returned error: 40[13]/,
    'AuthFailed',
  ],
  [/Could not resolve host|unable to look up|Name or service not known|name resolution/, 'HostNotFound'],
  [
    /server certificate verification failed|server verification failed|SSL certificate problem|certificate subject name|certificate verify failed|issuer certificate/i,
    'CertificateUntrusted',
  ],
  [/transport '.*' not allowed|dumb http transport does not support|is this a git repository\?/, 'SourceRefused'],
  [
    /repository '.*' not found|Repository not found|repository not exported|does not appear to be a git repository|project you were looking for|requested URL returned error: (?:404|410)/i,
    'RepositoryNotFound',
  ],
  [/not our ref|unadvertised object|couldn't find remote ref/, 'RevisionNotFound'],
  [
    /Connection refused|Couldn't connect|Failed to connect|timed out|Operation too slow|early EOF|unexpected disconnect|hung up|RPC failed|Connection (?:reset|closed)|Recv failure|Empty reply|No route to host|Network is unreachable|requested URL returned error: (?:408|429|5\d\d)|Could not read from remote|ended with SIGPIPE/,
    'SourceUnreachable',
  ],
];

/** Signs that objects are missing or broken on our own disk. */
const DAMAGE =
  /missing (?:object|blob|tree|commit)|unable to (?:read|find|parse)|bad (?:object|tree|revision|pack)|is corrupt|packfile .* (?:cannot|does not|is|claims|index|size)|not a valid (?:object|tree)|Failed to traverse parents|did not send all necessary objects|inflate|CRC mismatch|invalid object|could not (?:read|get) object|pack has bad object|index file .* (?:is too small|corrupt)|not a tree object|failed to (?:read|unpack)/i;

/** Whether the store must be made anew. Only asked about failures that have no other reason. */
export function isStoreDamaged(error: unknown): boolean {
  return isGitFailure(error) && reasonOf(error.stderr) === undefined && DAMAGE.test(error.stderr);
}

/** The reason that the output of a failed git process stands for; undefined when it shows no known sign. */
export function reasonOf(stderr: string): FailureReason | undefined {
  return findSign(withoutDebugLines(stderr))?.[1];
}

function findSign(said: string): readonly [RegExp, FailureReason] | undefined {
  return SIGNS.find(([sign]) => sign.test(said));
}

/**
 * Names a failed git process in the closed vocabulary.
 * @param label the repository, for people; without user or secret
 */
export function classify(failure: GitFailure, label: string): DroverError {
  const reason = reasonOf(failure.stderr) ?? (isStoreDamaged(failure) ? 'VerificationFailed' : 'Internal');
  return new DroverError(reason, `${label}: ${describe(reason, failure)}`);
}

function describe(reason: FailureReason, { stderr, message }: GitFailure): string {
  if (reason === 'HostKeyUnverified') return describeHostKey(stderr);
  // What ssh says names only our copy of the key.
  if (reason === 'SecretInvalid') return 'the private key is malformed or protected by a passphrase';
  return tellingLine(stderr) ?? message;
}

/** What the server showed, so that a person can compare it with what its owner says. */
function describeHostKey(stderr: string): string {
  const isChanged = stderr.includes('REMOTE HOST IDENTIFICATION HAS CHANGED');
  const said = isChanged ? 'the host key differs from the one in known hosts' : 'the host key is not in known hosts';
  const [, fingerprint] = /Server host key: (\S+ SHA256:\S+)/.exec(stderr) ?? [];
  return fingerprint === undefined ? said : `${said}; the server showed ${fingerprint}`;
}

/** One line for people: the last one with the sign that decided, else the last that git marks as an error, else the last. */
function tellingLine(stderr: string): string | undefined {
  const said = withoutDebugLines(stderr);
  const [sign] = findSign(said) ?? [DAMAGE];
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line =
    lines.findLast((line) => sign.test(line)) ??
    lines.findLast((line) => /^(?:remote: )?(?:fatal|error):/i.test(line)) ??
    lines.at(-1);
  return line?.replaceAll(/(\w+:\/\/)[^/@'\s]*@/g, '$1').slice(0, 300);
}

/** ssh runs at a level that says the fingerprint, and much else. */
function withoutDebugLines(stderr: string): string {
  return stderr
    .split(/[\r\n]+/)
    .filter((line) => !/^(?:debug\d: |OpenSSH_)/.test(line))
    .join('\n');
}
