import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface HttpServer {
  close(): Promise<void>;
}

/** Serves GET for a fixed set of paths; everything else is 404. Rejects when the address is taken. */
export async function serve(
  { host, port }: { readonly host: string; readonly port: number },
  routes: Readonly<Record<string, () => Promise<Reply>>>,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = routes[new URL(request.url ?? '/', 'http://localhost').pathname];
    if (request.method !== 'GET' || route === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { status, contentType, body } = await route();
    response.writeHead(status, { 'content-type': contentType }).end(body);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
