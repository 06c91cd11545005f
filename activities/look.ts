import { DroverError } from '../domain/errors.js';
import type { ResolvedKey } from '../domain/polling.js';
import { withDeadline } from '../k8s/deadline.js';
import { volumeRefOf, type VolumeObject } from '../k8s/volume.js';
import { classifyError } from './classify.js';
import { observeVolume } from './observe.js';
import type { MoverPorts } from './ports.js';

/** What one look at a source has found. */
export type Look =
  | ({ readonly kind: 'unchanged' | 'changed' } & ResolvedKey)
  | { readonly kind: 'failed'; readonly error: DroverError }
  /** The poller was told to end. */
  | { readonly kind: 'ended' };

/** A source that does not answer for this long counts as unreachable; the slot is needed for others. */
const LOOK_TIMEOUT_MS = 60_000;

/**
 * Asks a source for its revision and compares it with the disk. What a run gave up on counts as unchanged, until the
 * revision, the spec or a Secret changes.
 * @param timeoutMs 60 s when absent
 */
export async function lookAtSource(
  ports: MoverPorts,
  resource: VolumeObject,
  signal: AbortSignal,
  timeoutMs = LOOK_TIMEOUT_MS,
): Promise<Look> {
  const unreachable = (): DroverError =>
    new DroverError('SourceUnreachable', `the source did not answer within ${timeoutMs / 1000} s`);
  try {
    const observe = (bound: AbortSignal) => observeVolume(ports, volumeRefOf(resource), resource, bound);
    const { key, isPublished, isRefused } = await withDeadline(timeoutMs, unreachable, observe, signal);
    return { kind: isPublished || isRefused ? 'unchanged' : 'changed', ...key };
  } catch (error) {
    return signal.aborted ? { kind: 'ended' } : { kind: 'failed', error: classifyError(error) };
  }
}
