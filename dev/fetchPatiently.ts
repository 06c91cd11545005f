/** How long a download waits for its server. */
export interface Patience {
  /** From the request to the head of the response, redirects included. */
  readonly responseTimeoutMs: number;
  /** Between two pieces of the body. */
  readonly idleTimeoutMs: number;
}

/** Five seconds decide whether a machine has a way out at all; a slow line is fine as long as it moves. */
const PATIENCE: Patience = { responseTimeoutMs: 5_000, idleTimeoutMs: 30_000 };

/**
 * The body of `url`, piece by piece. Throws when the answer is not 200, or nothing came for longer than `patience`
 * allows (5 s to the head of the response, then 30 s between two pieces, by default).
 */
export async function* fetchPatiently(
  url: string,
  patience: Patience = PATIENCE,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const silence = new AbortController();
  const waitAtMost = (ms: number) => {
    return setTimeout(() => silence.abort(new Error(`${url} sent nothing for ${ms} ms`)), ms);
  };
  let timer = waitAtMost(patience.responseTimeoutMs);
  try {
    const signals = signal === undefined ? [silence.signal] : [silence.signal, signal];
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    if (response.status !== 200 || response.body === null) throw new Error(`the answer is ${response.status}`);
    timer = rearm(timer, waitAtMost(patience.idleTimeoutMs));
    for await (const chunk of response.body) {
      yield chunk;
      timer = rearm(timer, waitAtMost(patience.idleTimeoutMs));
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (silence.signal.aborted) throw silence.signal.reason;
    throw unreadable(url, error as Error);
  } finally {
    clearTimeout(timer);
  }
}

/** The message of a failed fetch only says that it failed; what happened is its cause. */
function unreadable(url: string, error: Error): Error {
  const { message } = error.cause === undefined ? error : (error.cause as Error);
  return new Error(`${url} cannot be read: ${message}`, { cause: error });
}

function rearm(previous: NodeJS.Timeout, next: NodeJS.Timeout): NodeJS.Timeout {
  clearTimeout(previous);
  return next;
}
