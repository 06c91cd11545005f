import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as forward } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestStack } from '../stack.js';

/** How often a collection was listed (pages count) and watched. */
export interface Counts {
  readonly lists: number;
  readonly watches: number;
}

export interface CountingProxy {
  readonly port: number;
  /** Of all requests so far for collections whose path ends so. */
  counts(pathEnd: string): Counts;
  /** Ends every watch with 410, those that are open and those that come, until told otherwise. */
  expireWatches(isExpired: boolean): void;
  close(): Promise<void>;
}

const EXPIRED = {
  type: 'ERROR',
  object: { kind: 'Status', status: 'Failure', code: 410, reason: 'Expired', message: 'too old resource version' },
};

/**
 * Stands in front of the API server of a local stack, with its certificate: counts what is asked, and can let positions of
 * watches expire.
 */
export async function createCountingProxy({ stateDir, addresses }: TestStack): Promise<CountingProxy> {
  const target = addresses['kube-apiserver'] ?? '';
  const [cert, key] = ['crt', 'key'].map((end) => readFileSync(join(stateDir, 'credentials', `apiserver.${end}`)));
  const seen: { readonly path: string; readonly isWatch: boolean }[] = [];
  const watches = new Set<ServerResponse>();
  let isExpired = false;

  const expire = (response: ServerResponse): void => {
    response.end(`${JSON.stringify(EXPIRED)}\n`);
  };

  const server = createServer({ cert, key }, (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', target);
    const isWatch = searchParams.get('watch') === 'true';
    if (request.method === 'GET') seen.push({ path: pathname, isWatch });
    if (isWatch && isExpired) {
      expire(response);
      return;
    }
    const { method, headers } = request;
    const outer = forward(new URL(request.url ?? '/', target), { method, headers, ca: cert }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (!isWatch) {
        answer.pipe(response);
        return;
      }
      watches.add(response);
      response.flushHeaders();
      answer.on('data', (chunk: Buffer) => {
        if (!response.writableEnded) response.write(chunk);
      });
      answer.on('end', () => response.end());
    });
    // Either side may go: the other one notices by the end of its own connection.
    outer.on('error', () => response.destroy());
    response.on('close', () => {
      watches.delete(response);
      outer.destroy();
    });
    request.pipe(outer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    counts(pathEnd) {
      const asked = seen.filter(({ path }) => path.endsWith(pathEnd));
      const watches = asked.filter(({ isWatch }) => isWatch).length;
      return { lists: asked.length - watches, watches };
    },
    expireWatches(next) {
      isExpired = next;
      if (isExpired) for (const response of watches) expire(response);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
