import { usageOf } from './usage.js';

/** Often enough for steps of a second, rarely enough to cost the two processors little. */
const SAMPLE_EVERY_MS = 100;

/** Watches the memory of a process and its descendants; returns a function that ends it and gives the peak in bytes. */
export function sampleMemory(pid: number): () => number {
  let peakBytes = 0;
  const look = (): void => {
    peakBytes = Math.max(peakBytes, usageOf(pid).rssBytes);
  };
  look();
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  return () => {
    clearInterval(timer);
    look();
    return peakBytes;
  };
}
