import type { EventText } from '../../k8s/eventRecord.js';
import type { EventRecorder } from '../../k8s/events.js';

/** A recorder that keeps what it was told. */
export function createFakeEvents(): EventRecorder & { readonly emitted: EventText[] } {
  const emitted: EventText[] = [];
  return { emitted, emit: async (_subject, text) => void emitted.push(text) };
}
