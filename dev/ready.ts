import { readFile } from 'node:fs/promises';
import { systemClock } from '../k8s/clock.js';
import type { SupervisedProcess } from './process.js';

/** Throws while the process is not ready, and says why. */
export type Probe = (signal: AbortSignal) => Promise<void>;

const TIMEOUT_MS = 90_000;
const INTERVAL_MS = 100;
const SHOWN_LINES = 20;

/**
 * Waits until `probe` no longer throws. Throws with the end of the log when the process dies before that, or is not
 * ready after 90 s, which covers a cold start on a busy machine of two processors.
 */
export async function awaitReady(process: SupervisedProcess, probe: Probe, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const waiting = AbortSignal.any([signal, ended.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const death = process.firstDeath.then(async (how) => {
    ended.abort();
    throw await failure(process, `${process.name} died (${how}) before it was ready`);
  });
  // When it dies later, nobody waits for this promise any more; the supervision says it then.
  death.catch(() => undefined);
  const ready = probeUntilReady(process, probe, waiting, signal);
  try {
    await Promise.race([ready, death]);
  } finally {
    ended.abort();
  }
}

async function probeUntilReady(process: SupervisedProcess, probe: Probe, waiting: AbortSignal, signal: AbortSignal) {
  for (;;) {
    try {
      return await probe(waiting);
    } catch (error) {
      signal.throwIfAborted();
      if (waiting.aborted) {
        const why = (error as Error).message;
        throw await failure(process, `${process.name} is not ready after ${TIMEOUT_MS / 1000} s (${why})`);
      }
    }
    // An abort only shortens the pause; the next probe then ends the waiting.
    await systemClock.sleep(INTERVAL_MS, waiting);
  }
}

async function failure({ logPath }: SupervisedProcess, message: string): Promise<Error> {
  const log = (await readFile(logPath, 'utf8')).trimEnd();
  return new Error(`${message}. The end of ${logPath}:\n${log.split('\n').slice(-SHOWN_LINES).join('\n')}`);
}
