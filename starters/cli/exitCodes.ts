/** What the command line ends with. Documented in docs/operations.md. */
export const EXIT = {
  ok: 0,
  /** Something unforeseen. */
  failed: 1,
  /** The command was not understood. */
  usage: 2,
  /** There is no such volume, snapshot or run. */
  notFound: 3,
  /** The operation itself ended badly: it stalled or was aborted. */
  unsuccessful: 4,
  /** Kubernetes or Temporal does not answer. */
  unreachable: 5,
} as const;

/** An error that a person can act on, and the exit code that says so to a script. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
