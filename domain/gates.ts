import type { DeltaSummary } from './delta.js';
import type { FailureReason } from './errors.js';

/** What is known before anything is written. */
export interface GateFacts {
  readonly delta: DeltaSummary;
  /** Top-level names of the next tree that the layout needs for itself; a few are enough. */
  readonly reservedNames: readonly string[];
  readonly freeBytes: number;
  /** Absent on file systems that make inodes as needed (btrfs). */
  readonly freeInodes?: number | undefined;
}

export interface Veto {
  readonly reason: FailureReason;
  readonly message: string;
}

/** Left free on the export, so that a sync never fills it to the last byte. */
const RESERVE_BYTES = 16 * 1024 * 1024;
const RESERVE_INODES = 64;

/** Whether the layout of a volume needs this top-level name: `..data`, `..snapshots` and whatever may follow. */
export function isReservedName(name: string): boolean {
  return name.startsWith('..');
}

/** The first reason not to publish, or undefined. Nothing was written yet, so a veto leaves nothing behind. */
export function gate({ delta, reservedNames, freeBytes, freeInodes }: GateFacts): Veto | undefined {
  if (delta.files === 0)
    return { reason: 'EmptySource', message: 'the source, or what is selected of it, has no files' };
  const [reserved] = reservedNames;
  if (reserved !== undefined) {
    return { reason: 'ReservedName', message: `the source has a top-level entry "${reserved}"` };
  }
  const neededBytes = delta.bytesToWrite + RESERVE_BYTES;
  if (freeBytes < neededBytes) {
    return { reason: 'NoSpace', message: `the export has ${freeBytes} bytes free, the sync needs ${neededBytes}` };
  }
  // Every entry of the new tree is a directory entry, but only what is written takes an inode; directories come on top.
  const neededInodes = delta.added + delta.changed + RESERVE_INODES;
  if (freeInodes !== undefined && freeInodes < neededInodes) {
    return { reason: 'NoInodes', message: `the export has ${freeInodes} inodes free, the sync needs ${neededInodes}` };
  }
  return undefined;
}
