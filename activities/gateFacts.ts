import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { diffListings, summarize } from '../domain/delta.js';
import { isReservedName, type GateFacts, type GateSettings } from '../domain/gates.js';
import type { ManifestEntry } from '../domain/manifest.js';
import type { VolumeLayout } from '../snapshots/layout.js';
import { readFreeSpace } from '../snapshots/space.js';

/** Names that a message mentions; there may be thousands. */
const NAMES_KEPT = 5;

/** The listing of what is published, and of what would be. */
export interface Listings {
  readonly previous: readonly ManifestEntry[];
  readonly next: readonly ManifestEntry[];
}

/** What the gate has to know about publishing `next` instead of `previous`. Reads only. */
export async function readGateFacts(
  layout: VolumeLayout,
  { previous, next }: Listings,
  { requiredFiles }: GateSettings,
): Promise<GateFacts> {
  const topLevel = new Set(next.map(({ path }) => path.split('/', 1)[0] ?? path));
  const missing = new Set(requiredFiles);
  if (missing.size > 0) for (const { path } of next) missing.delete(path);
  return {
    delta: summarize(diffListings(previous, next)),
    reservedNames: [...topLevel].filter(isReservedName).slice(0, NAMES_KEPT),
    missingFiles: [...missing].slice(0, NAMES_KEPT),
    // The directory of a volume that was never synced is not there yet.
    ...(await readFreeSpace(existsSync(layout.root) ? layout.root : dirname(layout.root))),
  };
}
