import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { GitServer } from './daemon.js';

export interface SmartHttpOptions {
  /** Basic auth is asked for. */
  readonly user?: string;
  readonly password?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Answers instead of git: a status, or a redirect to another server. */
  readonly answer?: { readonly status: number; readonly location?: string };
  /** Speaks the old protocol, as servers before Git 2.18 do: refs are advertised, and only their commits are sent. */
  readonly oldProtocol?: boolean;
  /** Bytes of each response after which the server goes silent. */
  readonly stallAfterBytes?: number;
  /** Ends the silence of a response; without it the silence lasts until the client gives up. */
  readonly resume?: () => Promise<void>;
}

export interface SmartHttpServer extends GitServer {
  /** Every `Authorization` header that came. */
  readonly authorizations: readonly string[];
  /** Number of requests that came. */
  readonly requests: () => number;
  /** Bytes of all responses. */
  readonly bytesSent: () => number;
}

/** The real `git http-backend`, bridged to a small HTTP server as CGI. */
export async function startSmartHttp(servedDir: string, options: SmartHttpOptions = {}): Promise<SmartHttpServer> {
  const authorizations: string[] = [];
  let requests = 0;
  let bytesSent = 0;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    requests++;
    const { authorization } = request.headers;
    if (authorization !== undefined) authorizations.push(authorization);
    if (options.answer !== undefined) {
      const { status, location } = options.answer;
      response.writeHead(status, location === undefined ? {} : { Location: `${location}${request.url ?? ''}` }).end();
      return;
    }
    const expected = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`;
    if (options.password !== undefined && authorization !== expected) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
      return;
    }
    runBackend(servedDir, request, response, options, (bytes) => (bytesSent += bytes)).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    authorizations,
    requests: () => requests,
    bytesSent: () => bytesSent,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function runBackend(
  servedDir: string,
  request: IncomingMessage,
  response: ServerResponse,
  { oldProtocol, stallAfterBytes = Infinity, resume }: SmartHttpOptions,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const protocol = request.headers['git-protocol'];
  const encoding = request.headers['content-encoding'];
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: '/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin',
      GIT_PROJECT_ROOT: servedDir,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      ...(encoding === undefined ? {} : { HTTP_CONTENT_ENCODING: encoding }),
      ...(protocol === undefined || oldProtocol === true ? {} : { GIT_PROTOCOL: String(protocol) }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  response.once('close', () => backend.kill());
  const fed = pipeline(request, backend.stdin).catch(() => backend.kill());
  let head = Buffer.alloc(0) as Buffer;
  let isBody = false;
  let sent = 0;
  let mayStall = true;
  for await (const chunk of backend.stdout as AsyncIterable<Buffer>) {
    let body = chunk;
    if (!isBody) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) continue;
      isBody = true;
      writeHead(response, head.toString('latin1', 0, end));
      body = head.subarray(end + 4);
    }
    if (mayStall && sent + body.length > stallAfterBytes) {
      const before = Math.max(0, stallAfterBytes - sent);
      response.write(body.subarray(0, before));
      await (resume === undefined ? once(response, 'close') : resume());
      if (response.closed) return;
      body = body.subarray(before);
      mayStall = false;
    }
    sent += body.length;
    onBytes(body.length);
    if (!response.write(body)) await once(response, 'drain');
  }
  await fed;
  response.end();
}

/** Turns the header of a CGI answer into one of HTTP. */
function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(status);
}
