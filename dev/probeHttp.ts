import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface ProbeHttpOptions {
  /** PEM of what the server's certificate is verified against. */
  readonly ca?: Buffer;
  readonly token?: string;
}

const TIMEOUT_MS = 5_000;

/** One GET; throws unless the answer is 200 within 5 s. */
export async function probeHttp(url: string, options: ProbeHttpOptions, signal: AbortSignal): Promise<void> {
  const { ca, token } = options;
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    // Without an agent of its own, a connection would be kept and outlive the server that is probed.
    const limits = { agent: false, signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) } as const;
    const sent = request(url, { ...(ca !== undefined && { ca }), headers, ...limits }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
      response.once('error', reject);
    });
    sent.once('error', reject);
    sent.end();
  });
  if (status !== 200) throw new Error(`${url} answered ${status}`);
}
