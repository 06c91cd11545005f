import { rm } from 'node:fs/promises';
import type { AttemptKey } from '../domain/polling.js';
import { readJson, writeAtomic } from './files.js';
import type { VolumeLayout } from './layout.js';

/**
 * What a run gave up on: it was aborted, or failed in a way that trying again cannot change. It lies beside the data and
 * is written before the run ends, so that the poller of the export never starts the same attempt again.
 */
export function readRefusal(layout: VolumeLayout): Promise<AttemptKey | undefined> {
  return readJson<AttemptKey>(layout.refusal);
}

export function recordRefusal(layout: VolumeLayout, key: AttemptKey): Promise<void> {
  return writeAtomic(layout.refusal, `${JSON.stringify(key)}\n`);
}

export function clearRefusal(layout: VolumeLayout): Promise<void> {
  return rm(layout.refusal, { force: true });
}
