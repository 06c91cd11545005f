import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { withDeadline } from './deadline.js';
import { answerError, KubeError, unreachableError } from './kubeError.js';
import type { KubeList, WatchEvent } from './object.js';
import {
  createTransport,
  type Query,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './transport.js';
import { linesOf, parseWatchLine } from './watchStream.js';

/** How long one request other than a watch may take, and how long a watch may take to begin. */
const REQUEST_TIMEOUT_MS = 30_000;

/** How often a request is repeated that the server turned away unread (429 with Retry-After). */
const MAX_TURNED_AWAY = 5;

export type PatchOptions =
  | {
      readonly type: 'apply';
      readonly fieldManager: string;
      /** Take over fields of other managers. */ readonly force?: boolean;
    }
  | { readonly type: 'merge' | 'json'; readonly fieldManager?: string };

/**
 * The API server. Paths come from `paths.ts`. Every method rejects with a `KubeError`, or with the signal's reason once
 * the signal fired.
 */
export interface KubeClient {
  /** The address of the API server. */
  readonly server: string;
  /** The name of the context in the kubeconfig. */
  readonly context: string;
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  /** One page; `metadata.continue` names the next one when `limit` was given. */
  list<T>(path: string, query?: Query, signal?: AbortSignal): Promise<KubeList<T>>;
  create<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T>;
  patch<T>(path: string, body: unknown, options: PatchOptions, signal?: AbortSignal): Promise<T>;
  /** With a `uid`, 409 when the object is another one of the same name. 404 when there is none. */
  delete(path: string, options?: { readonly uid?: string }, signal?: AbortSignal): Promise<void>;
  /** Resolves when the server ends the watch; rejects with 410 when the resourceVersion is too old. */
  watch<T>(path: string, query: Query, onEvent: (event: WatchEvent<T>) => void, signal: AbortSignal): Promise<void>;
}

export interface ConnectOptions {
  /** The path of a kubeconfig file. Never taken from the environment: that may point at production. */
  readonly kubeconfig?: string;
  /** The context of the kubeconfig; its current one when absent. */
  readonly context?: string;
  /** Use the service account of the pod instead of a kubeconfig. */
  readonly inCluster?: boolean;
}

/** A client for one API server. Sends nothing by itself. Throws when the kubeconfig or the context cannot be used. */
export function connect({ kubeconfig, context, inCluster = false }: ConnectOptions): KubeClient {
  const config = new KubeConfig();
  if (inCluster) config.loadFromCluster();
  else if (kubeconfig === undefined) throw new Error('a kubeconfig is needed outside of a cluster');
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const contextName = config.getCurrentContext();
  if (config.getContextObject(contextName) === null) {
    const known = config.getContexts().map(({ name }) => name);
    throw new Error(`${kubeconfig ?? 'the pod'} has no context "${contextName}", only: ${known.join(', ')}`);
  }
  return createClient(createTransport(config), config.getCurrentCluster()?.server ?? '', contextName);
}

const PATCH_TYPES = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
} as const;

/** The client over any transport. */
export function createClient(transport: Transport, server: string, context: string): KubeClient {
  async function answer(request: TransportRequest, signal?: AbortSignal): Promise<string> {
    const name = `${request.method} ${request.path}`;
    const timeoutError = () => new KubeError(0, 'Timeout', `${name}: no answer within ${REQUEST_TIMEOUT_MS} ms`);
    return await withDeadline(
      REQUEST_TIMEOUT_MS,
      timeoutError,
      (bound) => sendPatiently(transport, request, bound),
      signal,
    );
  }

  async function json<T>(request: TransportRequest, signal?: AbortSignal): Promise<T> {
    return JSON.parse(await answer(request, signal)) as T;
  }

  return {
    server,
    context,
    get: (path, signal) => json({ method: 'GET', path }, signal),
    list: (path, query = {}, signal) => json({ method: 'GET', path, query }, signal),
    create: (path, body, signal) => json({ method: 'POST', path, body }, signal),
    patch(path, body, options, signal) {
      const force = options.type === 'apply' ? options.force : undefined;
      const query = { fieldManager: options.fieldManager, force };
      return json({ method: 'PATCH', path, query, body, contentType: PATCH_TYPES[options.type] }, signal);
    },
    async delete(path, { uid } = {}, signal) {
      const body = uid === undefined ? undefined : { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } };
      await answer({ method: 'DELETE', path, ...(body && { body }) }, signal);
    },
    async watch<T>(path: string, query: Query, onEvent: (event: WatchEvent<T>) => void, signal: AbortSignal) {
      const request: TransportRequest = { method: 'GET', path, query: { ...query, watch: true } };
      const timeoutError = () =>
        new KubeError(0, 'Timeout', `watch ${path}: no answer within ${REQUEST_TIMEOUT_MS} ms`);
      const follow = async (bound: AbortSignal, release: () => void) => {
        const response = await send(transport, request, bound);
        release();
        for await (const line of linesOf(bytesOf(`watch ${path}`, response))) onEvent(parseWatchLine<T>(line));
      };
      await withDeadline(REQUEST_TIMEOUT_MS, timeoutError, follow, signal);
    },
  };
}

async function sendPatiently(transport: Transport, request: TransportRequest, signal: AbortSignal): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await send(transport, request, signal);
      return await response.text().catch((error: unknown) => {
        throw unreachableError(`${request.method} ${request.path}`, error);
      });
    } catch (error) {
      const retryAfterMs = error instanceof KubeError && error.status === 429 ? error.retryAfterMs : undefined;
      if (retryAfterMs === undefined || attempt >= MAX_TURNED_AWAY) throw error;
      await sleep(retryAfterMs, undefined, { signal });
    }
  }
}

async function send(transport: Transport, request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
  const name = `${request.method} ${request.path}`;
  let response: TransportResponse;
  try {
    response = await transport(request, signal);
  } catch (error) {
    throw unreachableError(name, error);
  }
  if (response.status >= 200 && response.status < 300) return response;
  throw answerError(name, response.status, await response.text(), response.headers['retry-after']);
}

/** The bytes of an answer; a connection that was cut on the way becomes a `KubeError`. */
async function* bytesOf(name: string, response: TransportResponse): AsyncGenerator<Uint8Array> {
  try {
    yield* response.stream();
  } catch (error) {
    throw unreachableError(name, error);
  }
}
