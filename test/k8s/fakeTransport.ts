import type { Transport, TransportRequest, TransportResponse } from '../../k8s/transport.js';

export interface FakeTransport {
  readonly transport: Transport;
  /** Every request so far. */
  readonly requests: TransportRequest[];
}

/** A transport that answers from a function. */
export function fakeTransport(
  respond: (request: TransportRequest, signal: AbortSignal) => TransportResponse | Promise<TransportResponse>,
): FakeTransport {
  const requests: TransportRequest[] = [];
  return {
    requests,
    transport: async (request, signal) => {
      requests.push(request);
      return await respond(request, signal);
    },
  };
}

/** An answer that holds `body` as JSON. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}): TransportResponse {
  const text = JSON.stringify(body);
  return { status, headers, text: async () => text, stream: () => chunks([text]) };
}

/** A streamed answer, chunk by chunk; an Error breaks the connection at its place. */
export function streamed(parts: readonly (string | Error)[]): TransportResponse {
  return { status: 200, headers: {}, text: async () => parts.join(''), stream: () => chunks(parts) };
}

async function* chunks(parts: readonly (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield Buffer.from(part);
  }
}
