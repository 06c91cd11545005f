import type { DroverError } from '../domain/errors.js';
import type { ResolvedKey } from '../domain/polling.js';
import { volumeRefOf, type VolumeObject } from '../k8s/volume.js';
import { classifyError } from './classify.js';
import { nextTick } from './cron.js';
import { observeVolume } from './observe.js';
import type { MoverPorts } from './ports.js';

/** What one look at a source has found. */
export type Look =
  | ({ readonly kind: 'unchanged' | 'changed' } & ResolvedKey)
  | { readonly kind: 'failed'; readonly error: DroverError }
  /** The poller was told to end. */
  | { readonly kind: 'ended' };

/**
 * Asks a source for its revision and compares it with the disk. What a run gave up on counts as unchanged, until the
 * revision, the spec or a Secret changes.
 * @param timeoutMs see `observeVolume`
 */
export async function lookAtSource(
  ports: MoverPorts,
  resource: VolumeObject,
  signal: AbortSignal,
  timeoutMs?: number,
): Promise<Look> {
  try {
    const volume = volumeRefOf(resource);
    const { key, isPublished, isRefused, settings } = await observeVolume(ports, volume, resource, signal, timeoutMs);
    // A schedule that cannot be used must be said somewhere; until it is mended, looks come at the default interval.
    if (settings.checks.type === 'cron') nextTick(settings.checks.cron, settings.checks.timeZone, new Date());
    return { kind: isPublished || isRefused ? 'unchanged' : 'changed', ...key };
  } catch (error) {
    return signal.aborted ? { kind: 'ended' } : { kind: 'failed', error: classifyError(error) };
  }
}
