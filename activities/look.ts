import { DroverError } from '../domain/errors.js';
import { classifyError } from './classify.js';
import { observeVolume } from './observe.js';
import type { MoverPorts } from './ports.js';
import { volumeRefOf, type VolumeObject } from '../k8s/volume.js';

/** What one look at a source has found. */
export type Look =
  | { readonly kind: 'unchanged' | 'changed'; readonly revision: string }
  | { readonly kind: 'failed'; readonly error: DroverError }
  /** The poller was told to end. */
  | { readonly kind: 'ended' };

/** A source that does not answer for this long counts as unreachable; the slot is needed for others. */
const LOOK_TIMEOUT_MS = 60_000;

/**
 * Asks a source for its revision and compares it with the disk. What a run gave up on counts as unchanged, until the
 * revision, the spec or a Secret changes.
 */
export async function lookAtSource(ports: MoverPorts, resource: VolumeObject, signal: AbortSignal): Promise<Look> {
  const timeout = AbortSignal.timeout(LOOK_TIMEOUT_MS);
  try {
    const either = AbortSignal.any([signal, timeout]);
    const { key, isPublished, isRefused } = await observeVolume(ports, volumeRefOf(resource), resource, either);
    return { kind: isPublished || isRefused ? 'unchanged' : 'changed', revision: key.revision };
  } catch (error) {
    if (signal.aborted) return { kind: 'ended' };
    if (timeout.aborted) {
      const message = `the source did not answer within ${LOOK_TIMEOUT_MS / 1000} s`;
      return { kind: 'failed', error: new DroverError('SourceUnreachable', message, { cause: error }) };
    }
    return { kind: 'failed', error: classifyError(error) };
  }
}
