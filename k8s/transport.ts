import { createConfiguration, HttpMethod, RequestContext, type KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From the root of the API server, such as `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `application/json` when absent. */
  readonly contentType?: string;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  text(): Promise<string>;
  stream(): AsyncIterable<Uint8Array>;
}

/** Sends one request with the credentials of a kubeconfig. Rejects when no answer comes or `signal` fires. */
export type Transport = (request: TransportRequest, signal: AbortSignal) => Promise<TransportResponse>;

type Dispatcher = Parameters<RequestContext['setDispatcher']>[0];

/** A transport over client-node's authentication (tokens, certificates, exec plugins, proxies) and its HTTP library. */
export function createTransport(config: KubeConfig): Transport {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error(`the context "${config.getCurrentContext()}" names no cluster`);
  const http = createConfiguration().httpApi;
  const authenticate = createAuthentication(config);
  return async ({ method, path, query = {}, body, contentType = 'application/json' }, signal) => {
    const url = new URL(server.replace(/\/$/, '') + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const context = new RequestContext(url.toString(), HttpMethod[method]);
    await authenticate(context);
    context.setHeaderParam('Accept', 'application/json');
    context.setHeaderParam('User-Agent', 'drover');
    if (body !== undefined) {
      context.setHeaderParam('Content-Type', contentType);
      context.setBody(JSON.stringify(body));
    }
    context.setSignal(signal);
    const { httpStatusCode, headers, body: answer } = await http.send(context).toPromise();
    return { status: httpStatusCode, headers, text: () => answer.text(), stream: () => chunksOf(answer.stream()) };
  };
}

/**
 * client-node makes a new connection pool for every call of `applySecurityAuthentication`, thus a TLS handshake for every
 * request. Here one pool is kept for as long as the TLS material is the same; tokens are read afresh every time.
 */
function createAuthentication(config: KubeConfig): (context: RequestContext) => Promise<void> {
  let material: string | undefined;
  let dispatcher: Dispatcher | undefined;
  return async (context) => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, passphrase, servername } = options;
    const current = JSON.stringify([ca, cert, key, passphrase, servername].map(String));
    if (current !== material) {
      const fresh = new RequestContext(context.getUrl(), HttpMethod.GET);
      await config.applySecurityAuthentication(fresh);
      dispatcher = fresh.getDispatcher();
      material = current;
    }
    if (dispatcher !== undefined) context.setDispatcher(dispatcher);
    if (typeof options.auth === 'string') {
      context.setHeaderParam('Authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`);
    }
    for (const [name, value] of Object.entries(options.headers ?? {})) context.setHeaderParam(name, String(value));
  };
}

async function* chunksOf(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (stream === null) return;
  for await (const chunk of stream) yield chunk;
}
