import type { Row } from './rows.js';

/** One question about speed, with its peers. */
export interface Workload {
  /** As on the command line: `G1`. */
  readonly name: string;
  readonly title: string;
  /** What stands for ours, what for the peer; one line each. */
  readonly description: string;
  /** What we want to reach. */
  readonly aim: string;
  run(bench: Bench): Promise<readonly Row[]>;
}

/** What a workload is given. */
export interface Bench {
  /** Small sizes, for a smoke run whose figures mean nothing. */
  readonly isQuick: boolean;
  /** How often each contestant runs; each workload has a default of its own. */
  readonly repeat: number | undefined;
  /** An empty directory of this workload alone. What is left in it is removed when all workloads are over. */
  readonly dir: string;
  /** Where Node writes CPU profiles of the mover. */
  readonly profileDir: string | undefined;
  /** The environment of this process: where tools are looked for. */
  readonly ownEnv: Readonly<Record<string, string | undefined>>;
  /** The environment of all children. */
  readonly env: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
  /** Calls `end` when the workload is over, however it ends; the last one first. */
  readonly defer: (end: () => Promise<void>) => void;
  readonly signal: AbortSignal;
}
