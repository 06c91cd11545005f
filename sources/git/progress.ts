import type { SourceProgress } from '../source.js';

/** A progress line of `git fetch --progress`, once understood. */
export interface FetchProgress extends SourceProgress {
  /** Bytes of the pack that arrived so far, to about three digits; only while it arrives. */
  readonly bytes?: number;
}

const LINE =
  /^(?:remote: )?(Counting|Compressing|Receiving|Resolving|Unpacking)[a-z ]*:\s+(\d+)%(?:.*?, ([\d.]+) (bytes|KiB|MiB|GiB))?/;

const STEPS: Record<string, string> = {
  Counting: 'preparing',
  Compressing: 'preparing',
  Receiving: 'fetching',
  Unpacking: 'fetching',
  Resolving: 'unpacking',
};

const UNIT_BYTES: Record<string, number> = { bytes: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Undefined for lines that are not about progress. */
export function parseProgress(line: string): FetchProgress | undefined {
  const [, stage, percent, amount, unit] = LINE.exec(line) ?? [];
  const step = STEPS[stage ?? ''];
  if (step === undefined) return undefined;
  const progress = { step, percent: Number(percent) };
  if (amount === undefined) return progress;
  return { ...progress, bytes: Math.round(Number(amount) * (UNIT_BYTES[unit ?? ''] ?? 0)) };
}
