/** A git process that did not end well. Only inside of this folder: `classify` turns it into a `DroverError`. */
export interface GitFailure extends Error {
  readonly name: 'GitFailure';
  /** Null when a signal ended the process. */
  readonly exitCode: number | null;
  /** The end of what git, ssh and the server said. */
  readonly stderr: string;
}

export function gitFailure(command: string, exitCode: number | null, stderr: string): GitFailure {
  const error = new Error(`git ${command} ended with ${exitCode ?? 'a signal'}`);
  return Object.assign(error, { name: 'GitFailure' as const, exitCode, stderr });
}

export function isGitFailure(error: unknown): error is GitFailure {
  return error instanceof Error && error.name === 'GitFailure';
}
