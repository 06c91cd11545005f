import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { signalGroup } from './signalGroup.js';

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to standard input, which is closed after it. */
  readonly input?: string;
}

/** The lines of standard error that a failure shows; enough for a message, little enough for a terminal. */
const SHOWN_LINES = 15;

/**
 * Runs a command to its end and returns what it wrote to standard output.
 * Throws with the end of its error output when it fails. An abort ends it and everything that it started.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions,
  signal?: AbortSignal,
): Promise<string> {
  signal?.throwIfAborted();
  const { env, cwd, input } = options;
  const child = spawn(command, args, { env, cwd, stdio: 'pipe', detached: true });
  const ended = new Promise<string | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signalName) => {
      resolve(code === 0 ? undefined : signalName === null ? `exit code ${code}` : signalName);
    });
  });
  const abort = () => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    // A command that does not read its input closes the pipe early; its exit code tells whether that was right.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [output, errors, failure] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    signal?.throwIfAborted();
    if (failure === undefined) return output;
    const shown = errors.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
    throw new Error(`${[command, ...args].join(' ')} failed (${failure})${shown === '' ? '' : `:\n${shown}`}`);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
