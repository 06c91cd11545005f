import { KubeError, type StatusObject } from './kubeError.js';
import type { WatchEvent } from './object.js';

/** The lines of a stream of bytes, without their ends. A last line that was cut off is dropped: it is no whole event. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // Kept in parts: joining a large event anew with every chunk would take quadratic time.
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    for (const next of others) {
      const line = parts.join('');
      parts = [next];
      if (line !== '') yield line;
    }
  }
}

/** One line of a watch. An event of type ERROR becomes a `KubeError`, such as 410 Expired. */
export function parseWatchLine<T>(line: string): WatchEvent<T> {
  const event = JSON.parse(line) as WatchEvent<T> | { readonly type: 'ERROR'; readonly object: StatusObject };
  if (event.type !== 'ERROR') return event;
  const { code = 0, reason = 'Unknown', message = 'the watch failed' } = event.object;
  throw new KubeError(code, reason, `watch: ${code} ${reason}: ${message}`);
}
