/**
 * Every failure that Drover can name: who must act, what to do, and whether trying again by itself can help.
 * A reason appears unchanged as the reason of a condition, of an event, of a metric label and as the type of a
 * Temporal failure, so that one word can be searched for everywhere.
 */

/** How a failure is treated, whatever its cause. */
export type FailureKind = 'invalid' | 'conflict' | 'missing' | 'busy' | 'aborted' | 'unavailable' | 'unknown-outcome';

/** Who can end the failure. `nobody`: it passes, or was asked for. */
export type Actor = 'volume owner' | 'source owner' | 'platform engineer' | 'nobody';

export interface FailureRule {
  readonly kind: FailureKind;
  readonly actor: Actor;
  /** What the actor should do, an imperative; for `nobody`, what happens next. */
  readonly remedy: string;
  /** Whether the same step may be tried again within the run, without anyone acting. */
  readonly retry: boolean;
}

export const FAILURES = {
  InvalidSpec: rule(
    'invalid',
    'volume owner',
    'Correct the field that the message names and apply the resource again.',
  ),
  NotYetSupported: rule(
    'invalid',
    'volume owner',
    'Use a Git source with accessMode ReadOnly, or wait for a release that supports this.',
  ),
  SourceRefused: rule(
    'invalid',
    'volume owner',
    'Use an address with a supported scheme and without credentials in it; put credentials into a Secret. For a submodule, correct .gitmodules or leave submodules out.',
  ),
  AuthFailed: rule(
    'invalid',
    'volume owner',
    'Correct the user, password, token or key in the Secret; the next check of the source picks it up.',
  ),
  HostKeyUnverified: rule(
    'invalid',
    'volume owner',
    'Put the host key of the server into knownHostsFromSecret after checking its fingerprint with the owner of the server.',
  ),
  CertificateUntrusted: rule(
    'invalid',
    'platform engineer',
    'Install the certificate authority of the server on the mover, or correct the certificate of the server.',
  ),
  RepositoryNotFound: rule(
    'missing',
    'volume owner',
    'Check the path in source.git.url (or, for a submodule, in .gitmodules), and that the credentials may read the repository.',
  ),
  RefNotFound: rule(
    'missing',
    'volume owner',
    'Create the branch or tag in the repository, or correct source.git.ref (or source.git.branch).',
  ),
  RevisionNotFound: rule(
    'missing',
    'volume owner',
    'Check that the commit exists and is reachable from a branch or tag of the repository.',
  ),
  SubPathNotFound: rule(
    'missing',
    'volume owner',
    'Correct the path in the field that the message names, or create it in the repository.',
  ),
  HostNotFound: rule(
    'missing',
    'volume owner',
    'Correct the host name in the address of the source, or the DNS that the mover uses.',
  ),
  SourceUnreachable: rule(
    'unavailable',
    'source owner',
    'Check that the server of the source runs and that the mover can reach it; it is tried again by itself.',
    true,
  ),
  EmptySource: rule(
    'missing',
    'source owner',
    'Push at least one file, or set spec.gates.allowEmpty, or approve the plan.',
  ),
  DeleteLimitExceeded: rule(
    'conflict',
    'volume owner',
    'Look at `npx drover diff`; then `npx drover approve`, or restore the files at the source, or change spec.gates.',
  ),
  SizeLimitExceeded: rule(
    'conflict',
    'volume owner',
    'Look at `npx drover diff`; then `npx drover approve`, or remove files at the source, or raise spec.gates.maxBytes.',
  ),
  RequiredFileMissing: rule(
    'missing',
    'source owner',
    'Restore the file at the source, or change spec.gates.requiredFiles, or approve the plan.',
  ),
  ApprovalRequired: rule(
    'busy',
    'volume owner',
    'Look at `npx drover diff`; then `npx drover approve`, or `npx drover abort`.',
  ),
  PlanChanged: rule(
    'conflict',
    'volume owner',
    'Look at `npx drover diff` again and apply the plan that it shows now; nothing was published.',
  ),
  ReservedName: rule(
    'conflict',
    'source owner',
    'Rename the top-level entry: names that begin with ".." are used by the layout of the volume.',
  ),
  UnsafePath: rule(
    'conflict',
    'source owner',
    'Rename the path that the message names: it must be valid UTF-8, relative, clean, and short enough for a file system.',
  ),
  UnsafeLink: rule(
    'conflict',
    'source owner',
    'Make the symbolic link point inside the published tree, with a relative target.',
  ),
  LfsPointer: rule(
    'conflict',
    'source owner',
    'Store the file itself in Git: Git LFS is not supported yet, and a pointer file is of no use to a reader.',
  ),
  SecretNotFound: rule(
    'missing',
    'volume owner',
    'Create the Secret that the message names; the next check picks it up.',
  ),
  SecretKeyNotFound: rule(
    'missing',
    'volume owner',
    'Add the key that the message names to the Secret; the next check picks it up.',
  ),
  SecretInvalid: rule('invalid', 'volume owner', 'Store the credential in the form that the message names.'),
  NoSpace: rule('busy', 'platform engineer', 'Free space on the export or enlarge it, then retry.'),
  NoInodes: rule('busy', 'platform engineer', 'Free inodes on the export or enlarge it, then retry.'),
  ReadOnlyExport: rule('unavailable', 'platform engineer', 'Make the export writable for the mover, then retry.'),
  ExportUnreachable: rule(
    'unavailable',
    'platform engineer',
    'Start the mover of the export, or make the export reachable for it; it is tried again by itself.',
    true,
  ),
  ForeignDirectory: rule(
    'conflict',
    'platform engineer',
    'If this volume shall own the directory, run `npx drover adopt NAMESPACE/NAME`; else remove or rename the directory.',
  ),
  VerificationFailed: rule(
    'unavailable',
    'platform engineer',
    'Check the disk of the export; the staged tree differed from the source and was not published. Then retry.',
  ),
  TimedOut: rule(
    'unavailable',
    'volume owner',
    'Raise spec.syncTimeout if the source is large, or find out why the source is slow; then retry.',
  ),
  Fenced: rule('busy', 'nobody', 'A newer attempt took over; this one changed nothing.', true),
  Aborted: rule('aborted', 'nobody', 'A new revision, a changed spec, a changed Secret or a request starts again.'),
  VolumeGone: rule('aborted', 'nobody', 'The resource was deleted or replaced.'),
  DependencyUnavailable: rule(
    'unavailable',
    'platform engineer',
    'Check that the Kubernetes API answers; it is tried again by itself.',
    true,
  ),
  Internal: rule(
    'unknown-outcome',
    'platform engineer',
    'Read the log of the process that the message names; please report it.',
    true,
  ),
} as const satisfies Record<string, FailureRule>;

export type FailureReason = keyof typeof FAILURES;

/** A failure with a reason of the vocabulary. Its message never holds a secret. */
export class DroverError extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DroverError';
    this.reason = reason;
  }
}

/** Whether `text` is a reason of the vocabulary, for reasons that come back from outside. */
export function isFailureReason(text: string | null | undefined): text is FailureReason {
  return text !== null && text !== undefined && Object.hasOwn(FAILURES, text);
}

function rule(kind: FailureKind, actor: Actor, remedy: string, retry = false): FailureRule {
  return { kind, actor, remedy, retry };
}
