import { median } from './median.js';
import type { Metric, Sample } from './rows.js';
import { settleDisk } from './settleDisk.js';
import type { Bench } from './workload.js';

/** One side of a comparison: ours, or a peer. */
export interface Contestant<Measured extends Sample = Sample> {
  readonly name: string;
  /** Does the work once and says what it took; `round` is 0 for the run that only warms up. */
  run(round: number): Promise<Measured>;
}

type MedianOf<Entry> = Entry extends Contestant<infer Measured> ? Measured : never;

/**
 * Lets all contestants do the same `repeat` times, after one run each that does not count. Each round begins with
 * another one, so that nobody always comes after the same neighbour, and each run begins with nothing left to write.
 * Returns the median of each metric, in the order of `contestants`.
 */
export async function compare<const Contestants extends readonly Contestant[]>(
  bench: Bench,
  contestants: Contestants,
  defaultRepeat: number,
): Promise<{ [Index in keyof Contestants]: MedianOf<Contestants[Index]> }> {
  const repeat = bench.repeat ?? (bench.isQuick ? 1 : defaultRepeat);
  const samples = new Map(contestants.map((contestant): [Contestant, Sample[]] => [contestant, []]));
  for (let round = 0; round <= repeat; round++) {
    const first = round % contestants.length;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      await settleDisk(bench);
      const sample = await contestant.run(round);
      bench.say(`${round === 0 ? 'warm-up' : `${round}/${repeat}`}: ${contestant.name}: ${describe(sample)}`);
      if (round > 0) samples.get(contestant)?.push(sample);
    }
  }
  return contestants.map((contestant) => medians(samples.get(contestant) ?? [])) as {
    [Index in keyof Contestants]: MedianOf<Contestants[Index]>;
  };
}

function medians(samples: readonly Sample[]): Sample {
  const metrics = Object.keys(samples[0] ?? {}) as Metric[];
  return Object.fromEntries(metrics.map((metric) => [metric, median(samples.map((sample) => sample[metric] ?? 0))]));
}

function describe(sample: Sample): string {
  return Object.entries(sample)
    .map(([metric, value]) => `${metric} ${Number(value.toPrecision(3))}`)
    .join(', ');
}
