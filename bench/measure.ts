import type { Sample } from './rows.js';
import { sampleMemory } from './sampleMemory.js';
import { usageOf } from './usage.js';

const MIB = 1024 * 1024;

export interface Measured<T> {
  readonly result: T;
  readonly sample: { readonly wall: number; readonly cpu: number; readonly rss: number; readonly diskBytes: number };
}

/** Runs `work` and says what the process `pid` and all that it started used for it. */
export async function measure<T>(pid: number, work: () => Promise<T>): Promise<Measured<T>> {
  const before = usageOf(pid);
  const endSampling = sampleMemory(pid);
  const startMs = performance.now();
  try {
    const result = await work();
    const wall = performance.now() - startMs;
    const after = usageOf(pid);
    const sample = toSample(wall, after.cpuMs - before.cpuMs, endSampling(), after.diskBytes - before.diskBytes);
    return { result, sample };
  } finally {
    endSampling();
  }
}

export function toSample(wall: number, cpu: number, rssBytes: number, diskBytes: number): Measured<unknown>['sample'] {
  return { wall, cpu, rss: rssBytes / MIB, diskBytes: diskBytes / 1024 } satisfies Sample;
}
