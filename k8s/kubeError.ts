/** A request that the API server refused, or that did not reach it. */
export class KubeError extends Error {
  /** The HTTP status (404, 409, 410, 422, ...); 0 when no answer came. */
  readonly status: number;
  /** The reason of the server's Status object: `NotFound`, `AlreadyExists`, `Conflict`, `Expired`, `Invalid`, ...; `Unreachable` or `Timeout` when no answer came. */
  readonly reason: string;
  /** Milliseconds after which the server asks to be tried again (429, 503). */
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    reason: string,
    message: string,
    options?: { cause?: unknown; retryAfterMs?: number | undefined },
  ) {
    super(message, options);
    this.name = 'KubeError';
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** The `Status` object of the API conventions, as far as it is read here. */
export interface StatusObject {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** Whether `error` is the API server's answer with this status (`isStatus(error, 404)`). */
export function isStatus(error: unknown, status: number): error is KubeError {
  return error instanceof KubeError && error.status === status;
}

/** The error for an answer that is none of success. `text` is the body, usually a Status object. */
export function answerError(request: string, status: number, text: string, retryAfter?: string): KubeError {
  const { reason = 'Unknown', message = text.slice(0, 1000) } = parseStatus(text);
  const retryAfterMs = retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
  return new KubeError(status, reason, `${request}: ${status} ${reason}: ${message}`, { retryAfterMs });
}

/** The error for a request without an answer, with the reason that undici hides in `cause`. */
export function unreachableError(request: string, cause: unknown): KubeError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const detail = inner instanceof Error ? inner.message : String(inner);
  return new KubeError(0, 'Unreachable', `${request}: no answer: ${detail}`, { cause });
}

function parseStatus(text: string): StatusObject {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // Proxies answer with pages of their own; the text itself is then the message.
    return {};
  }
}
