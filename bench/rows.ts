/** Every figure that a workload can report, with its unit. */
export const UNITS = {
  /** From the start until the whole operation is done. */
  wall: 'ms',
  /** The same, when both sides wait until the tree is on disk. */
  wallDurable: 'ms',
  /** The same, when neither side waits for the disk (of ours: no sync of the tree; small records are still synced). */
  wallUnsynced: 'ms',
  /** From the start until readers see the new tree. */
  view: 'ms',
  /** The publish step alone. */
  publish: 'ms',
  /** From one branch to another, and back to the first. */
  switch: 'ms',
  back: 'ms',
  /** What Temporal adds to a run. */
  overhead: 'ms',
  /** User and system time of the processes and all that they started. Ours: the mover; where it says so, control too. */
  cpu: 'ms',
  cpuMover: 'ms',
  cpuControl: 'ms',
  cpuTemporal: 'ms',
  cpuApiServer: 'ms',
  cpuEtcd: 'ms',
  cpuControllerManager: 'ms',
  /** The largest sum of resident memory of these processes that was sampled. */
  rss: 'MiB',
  rssMover: 'MiB',
  rssControl: 'MiB',
  rssTemporal: 'MiB',
  rssApiServer: 'MiB',
  rssEtcd: 'MiB',
  /** Files that were written anew. */
  files: 'files',
  /** Entries with another inode or change time than before. */
  inodes: 'inodes',
  /** Bytes that were written to the file system. */
  diskBytes: 'KiB',
  /** Bytes that the object store or repository has grown by. */
  storeGrowth: 'KiB',
  /** 99th percentile of how long after its due time a look at a source began. */
  latenessP99: 's',
  /** Looks at sources, or updates, that were made meanwhile. */
  polls: 'polls',
  updates: 'updates',
  /** Whole trees that readers have read. */
  trees: 'trees',
  /** Trees in which a reader saw files of more than one revision. */
  torn: 'trees',
  /** Files that a reader did not find. */
  missing: 'reads',
  /** Files that a reader saw incomplete. */
  short: 'reads',
  /** Files or log lines in which the password was found. */
  secrets: 'places',
  /** Ends with another tree than a fresh clone. */
  wrong: 'runs',
} as const;

export type Metric = keyof typeof UNITS;

/** One figure: ours beside a peer's. `peer` and `ratio` are null where no peer has it. */
export interface Row {
  readonly workload: string;
  readonly metric: Metric;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number | null;
  readonly peerName: string | null;
  /** Ours divided by the peer's; null when the peer's is 0. */
  readonly ratio: number | null;
}

/** What was measured of one contestant, by metric. */
export type Sample = Partial<Record<Metric, number>>;

/** A row for each of `metrics` (all that `ours` has when absent), in their order. Throws when `ours` lacks one. */
export function toRows(
  workload: string,
  ours: Sample,
  peer?: { readonly name: string; readonly sample: Sample },
  metrics: readonly Metric[] = Object.keys(ours) as Metric[],
): Row[] {
  return metrics.map((metric) => {
    const value = ours[metric];
    if (value === undefined) throw new Error(`${workload} has not measured ${metric}`);
    const peerValue = peer?.sample[metric];
    return {
      workload,
      metric,
      unit: UNITS[metric],
      ours: round(value),
      peer: peerValue === undefined ? null : round(peerValue),
      peerName: peerValue === undefined ? null : (peer?.name ?? null),
      ratio: peerValue === undefined || peerValue === 0 ? null : round(value / peerValue),
    };
  });
}

/** Three significant digits; whole numbers stay whole. */
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(3));
}
