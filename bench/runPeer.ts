import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { signalGroup } from '../dev/signalGroup.js';
import { toSample, type Measured } from './measure.js';
import { sampleMemory } from './sampleMemory.js';
import { parseStat, writtenBytes } from './usage.js';

/** Printed by the shell itself, so that it costs no process: what it and everything that it waited for have used. */
const TELL_USAGE = `
while IFS= read -r line; do echo "$line" >&3; done < /proc/$$/stat
while IFS= read -r line; do echo "$line" >&3; done < /proc/$$/io
`;

/**
 * Runs a peer, given as a shell script with `$1` and following, and says what it used. The script runs in a shell of its
 * own, so that nothing else that this process starts is counted. Throws with the error output when a command fails.
 */
export async function runPeer(
  script: string,
  args: readonly string[],
  { env, signal }: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<Measured<string>> {
  signal.throwIfAborted();
  const startMs = performance.now();
  const child = spawn('sh', ['-c', `set -e\n${script}\n${TELL_USAGE}`, 'peer', ...args], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, told] = child.stdio as unknown as [null, Readable, Readable, Readable];
  const pid = child.pid;
  if (pid === undefined) throw new Error('sh was not started');
  const ended = once(child, 'close') as Promise<[number | null]>;
  const abort = (): void => signalGroup(pid, 'SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  const endSampling = sampleMemory(pid);
  try {
    const [result, errors, usage, [code]] = await Promise.all([text(stdout), text(stderr), text(told), ended]);
    const wall = performance.now() - startMs;
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`the peer failed: ${script.trim()}\n${errors.trim()}`);
    return { result, sample: toSample(wall, parseStat(usage).cpuMs, endSampling(), writtenBytes(usage)) };
  } finally {
    endSampling();
    signal.removeEventListener('abort', abort);
  }
}
