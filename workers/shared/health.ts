import { serve, type HttpServer } from './http.js';

/** Resolves when the dependency answers; rejects with what is wrong. */
export type Check = () => Promise<void>;

/** A dependency that does not answer for this long counts as missing. */
const CHECK_TIMEOUT_MS = 3_000;

/**
 * `/healthz`: the process runs. `/readyz`: 200 when every dependency answers, else 503 and which one does not.
 * @param checks may grow later
 * @param timeoutMs 3 s when absent
 */
export function serveHealth(
  address: { readonly host: string; readonly port: number },
  checks: Readonly<Record<string, Check>>,
  timeoutMs = CHECK_TIMEOUT_MS,
): Promise<HttpServer> {
  return serve(address, {
    '/healthz': async () => ({ status: 200, contentType: 'text/plain', body: 'ok\n' }),
    '/readyz': async () => {
      const missing = await findMissing(checks, timeoutMs);
      const isReady = Object.keys(missing).length === 0;
      return {
        status: isReady ? 200 : 503,
        contentType: 'application/json',
        body: `${JSON.stringify({ ready: isReady, missing })}\n`,
      };
    },
  });
}

async function findMissing(
  checks: Readonly<Record<string, Check>>,
  timeoutMs: number,
): Promise<Record<string, string>> {
  const missing: Record<string, string> = {};
  await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await withTimeout(check(), timeoutMs);
      } catch (error) {
        missing[name] = error instanceof Error ? error.message : String(error);
      }
    }),
  );
  return missing;
}

function withTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
