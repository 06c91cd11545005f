/** A git process that did not end well. Only inside of this folder: `classify` turns it into a `DroverError`. */
export interface GitFailure extends Error {
  readonly name: 'GitFailure';
  /** The end of what git, ssh and the server said, and the signal that ended git, if one did. */
  readonly stderr: string;
  /** What git worked on, for people, when it was not the volume's own repository. */
  readonly label?: string;
}

/** @param end the exit code, or the name of the signal that ended git */
export function gitFailure(command: string, end: number | string, stderr: string): GitFailure {
  const message = `git ${command} ended with ${end}`;
  return Object.assign(new Error(message), {
    name: 'GitFailure' as const,
    stderr: typeof end === 'string' ? `${stderr}\n${message}` : stderr,
  });
}

export function isGitFailure(error: unknown): error is GitFailure {
  return error instanceof Error && error.name === 'GitFailure';
}
