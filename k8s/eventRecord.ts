import { microTime } from './microTime.js';
import type { KubeObject } from './object.js';

/** What an event is about. */
export type EventSubject = KubeObject & { readonly apiVersion: string; readonly kind: string };

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word that programs may rely on. */
  readonly reason: string;
  /** For people. Cut at 1024 bytes, which is all the API takes. */
  readonly message: string;
  /** What was being done, in one CamelCase word. */
  readonly action: string;
}

interface EventOrigin {
  readonly component: string;
  readonly instance: string;
  /** Makes the name of the event unique. */
  readonly suffix: string;
  readonly now: Date;
}

/** Limits of the `events.k8s.io/v1` API, in bytes. */
const MAX_NOTE_BYTES = 1024;
const MAX_WORD_BYTES = 128;

/** Events with the same key are repeats of one another. */
export function eventKey({ metadata }: EventSubject, { type, reason, message, action }: EventText): string {
  return JSON.stringify([metadata.uid, type, reason, action, message]);
}

/** The event as it is sent. */
export function describeEvent(subject: EventSubject, text: EventText, origin: EventOrigin) {
  const { apiVersion, kind, metadata } = subject;
  const { name, namespace, uid } = metadata;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name.slice(0, 200)}.${origin.suffix}`, namespace: namespace ?? 'default' },
    eventTime: microTime(origin.now),
    type: text.type,
    reason: cutBytes(text.reason, MAX_WORD_BYTES),
    action: cutBytes(text.action, MAX_WORD_BYTES),
    note: cutBytes(text.message, MAX_NOTE_BYTES),
    regarding: {
      apiVersion,
      kind,
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
    },
    reportingController: origin.component,
    reportingInstance: cutBytes(origin.instance, MAX_WORD_BYTES),
  };
}

/** At most `maxBytes` of UTF-8, never half a character; what was cut ends with `…`. */
export function cutBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const mark = '…';
  const kept = bytes.subarray(0, maxBytes - Buffer.byteLength(mark));
  // In stream mode the decoder keeps back a last character that is not complete.
  return new TextDecoder().decode(kept, { stream: true }) + mark;
}
