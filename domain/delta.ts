import { comparePaths, type ManifestEntry } from './manifest.js';

/** One path that differs, or does not, between the published tree and the next one. */
export type Change =
  | { readonly kind: 'added' | 'changed' | 'unchanged'; readonly entry: ManifestEntry }
  | { readonly kind: 'deleted'; readonly entry: ManifestEntry };

/**
 * Compares two sorted listings in one pass and constant memory.
 * A changed mode counts as a change: hard links share their mode, so such a file must be written anew.
 */
export function* diffListings(previous: Iterable<ManifestEntry>, next: Iterable<ManifestEntry>): Generator<Change> {
  const oldEntries = previous[Symbol.iterator]();
  let old = oldEntries.next();
  for (const entry of next) {
    while (old.done !== true && comparePaths(old.value.path, entry.path) < 0) {
      yield { kind: 'deleted', entry: old.value };
      old = oldEntries.next();
    }
    if (old.done === true || old.value.path !== entry.path) {
      yield { kind: 'added', entry };
      continue;
    }
    const same = old.value.id === entry.id && old.value.mode === entry.mode;
    yield { kind: same ? 'unchanged' : 'changed', entry };
    old = oldEntries.next();
  }
  for (; old.done !== true; old = oldEntries.next()) yield { kind: 'deleted', entry: old.value };
}

/** What a sync would do, in numbers. Bytes are those of the source. */
export interface DeltaSummary {
  readonly files: number;
  readonly bytes: number;
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  /** Bytes of added and changed files. */
  readonly bytesToWrite: number;
}

export function summarize(changes: Iterable<Change>): DeltaSummary {
  const count = { added: 0, changed: 0, deleted: 0, unchanged: 0 };
  let bytes = 0;
  let bytesToWrite = 0;
  for (const { kind, entry } of changes) {
    count[kind]++;
    if (kind === 'deleted') continue;
    bytes += entry.size;
    if (kind !== 'unchanged') bytesToWrite += entry.size;
  }
  const files = count.added + count.changed + count.unchanged;
  return { files, bytes, added: count.added, changed: count.changed, deleted: count.deleted, bytesToWrite };
}
