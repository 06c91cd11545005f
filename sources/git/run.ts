import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { simpleGit } from 'simple-git';
import type { GitSetup } from './environment.js';
import { errorCode } from '../../domain/errorCode.js';
import { gitFailure, type GitFailure } from './failure.js';
import { endGroup } from './processGroup.js';

/** What is kept of stderr: its end, where the reason of a failure stands. */
const STDERR_KEPT_CHARS = 32 * 1024;

export interface GitRun {
  readonly input?: AsyncIterable<string> | Iterable<string>;
  /** Takes the output piece by piece; otherwise it is collected. What it throws ends the run. */
  readonly onOutput?: (chunk: Buffer) => void;
  /** Lines of stderr, also those that git overwrites with `\r`. */
  readonly onMessage?: (line: string) => void;
  /** For runs whose files others read; in Node it could only be set for the whole process. */
  readonly umask?: '022';
}

/**
 * Asks git for a short answer about a local repository, by simple-git, whose guards against injected options and
 * environment variables stand behind our own checks. Only for commands that start no other process and do answer: an
 * abort reaches only the one process, and a silent command costs 50 ms more.
 * @returns stdout
 * @throws `GitFailure`, or the signal's reason
 */
export async function askGit(setup: GitSetup, args: readonly string[], input?: string): Promise<string> {
  setup.signal.throwIfAborted();
  // simple-git would wrap it in an error of its own, of which only the text is left.
  let failure: GitFailure | undefined;
  const git = simpleGit({
    baseDir: setup.dir,
    abort: setup.signal,
    config: [...setup.config],
    allowEnvironment: Object.keys(setup.env),
    completion: { onExit: false },
    unsafe: {
      // core.hooksPath=/dev/null: no hook is ever run.
      allowUnsafeHooksPath: true,
      // core.fsmonitor=false: no monitor is ever started.
      allowUnsafeFsMonitor: true,
      // credential.helper= (empty): no helper of the machine is ever asked.
      allowUnsafeCredentialHelper: true,
      // protocol.allow=never and the list of schemes: narrower than git's default.
      allowUnsafeProtocolOverride: true,
      // GIT_CONFIG_GLOBAL=/dev/null: no settings of a person are read.
      allowUnsafeConfigPaths: true,
    },
    errors: (_error, { exitCode, stdErr }) => {
      if (exitCode !== 0) failure = gitFailure(args[0] ?? '', exitCode, Buffer.concat(stdErr).toString());
      return failure;
    },
    ...(input === undefined ? {} : { input: () => input }),
  });
  try {
    return await git.env({ ...setup.env }).raw([...args]);
  } catch (error) {
    setup.signal.throwIfAborted();
    throw failure ?? error;
  }
}

/**
 * Runs git with streams, for everything that talks to a network, is long or starts other processes (git-remote-https,
 * ssh, index-pack). It leads a process group of its own, and an abort ends the whole group: simple-git can neither
 * start a group nor signal one, and collects all output. Rejects only when the processes are gone.
 * @returns stdout, unless `onOutput` took it
 * @throws `GitFailure`, the signal's reason, or what a callback threw
 */
export async function runGit(setup: GitSetup, args: readonly string[], run: GitRun = {}): Promise<string> {
  const { signal } = setup;
  signal.throwIfAborted();
  const gitArgs = [...setup.config.flatMap((entry) => ['-c', entry]), ...args];
  const [program, ...programArgs] =
    run.umask === undefined
      ? (['git', ...gitArgs] as const)
      : (['/bin/sh', '-c', `umask ${run.umask} && exec git "$@"`, 'git', ...gitArgs] as const);
  const stdio: StdioOptions = [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
  const child = spawn(program, programArgs, { cwd: setup.dir, env: setup.env, detached: true, stdio });
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([complete(child, args[0] ?? '', run), stopped]);
  } catch (error) {
    // Children of git may outlive it, also when it failed by itself.
    if (child.pid !== undefined) await endGroup(child.pid);
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function complete(child: ChildProcess, command: string, run: GitRun): Promise<string> {
  const chunks: Buffer[] = [];
  const take = run.onOutput ?? ((chunk: Buffer) => void chunks.push(chunk));
  const [end, , stderr] = await Promise.all([
    exitOf(child),
    eachChunk(child.stdout, take),
    readMessages(child, run.onMessage),
    feed(child.stdin, run.input ?? []),
  ]);
  if (end !== 0) throw gitFailure(command, end, stderr);
  return Buffer.concat(chunks).toString();
}

/** The exit code, or the signal that ended the process. */
function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signalName) => resolve(exitCode ?? String(signalName)));
  });
}

async function eachChunk(stream: Readable | null, take: (chunk: Buffer) => void): Promise<void> {
  for await (const chunk of stream ?? []) take(chunk as Buffer);
}

async function readMessages(child: ChildProcess, onMessage: GitRun['onMessage']): Promise<string> {
  let kept = '';
  let partial = '';
  await eachChunk(child.stderr, (chunk) => {
    const lines = (partial + chunk.toString()).split(/[\r\n]/);
    partial = lines.pop() ?? '';
    for (const line of lines) onMessage?.(line);
    kept = `${kept}${chunk.toString()}`.slice(-STDERR_KEPT_CHARS);
  });
  return kept;
}

async function feed(stdin: Writable | null, input: NonNullable<GitRun['input']>): Promise<void> {
  if (stdin === null) return;
  try {
    await pipeline(Readable.from(input), stdin);
  } catch (error) {
    // git ended before it had read everything; its exit code and messages say why.
    if (!['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(errorCode(error) ?? '')) throw error;
  }
}
