import type { Session } from './session.js';

/** What a command has come to: JSON for programs, text for people (empty when all is printed), and how the process ends. */
export interface Outcome {
  readonly json: unknown;
  readonly text: string;
  readonly exitCode?: number;
}

export interface Io {
  /** A line about what is going on; not part of the output. Silent with `--json`. */
  readonly note: (line: string) => void;
  /** A line that the next one overwrites; only on a terminal. */
  readonly progress: (line: string) => void;
  /** Output of a command that has more to say before it ends: a line of JSON with `--json`, else the text. */
  readonly print: (json: unknown, text: string) => void;
  readonly now: () => Date;
  /** Resolves after `ms`, or as soon as the signal fires. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** One command on one volume. */
export type VolumeCommand<Options = Record<string, never>> = (
  session: Session,
  name: string,
  options: Options,
  io: Io,
) => Promise<Outcome>;
