/** What a reader process is told to read. */
export interface ReaderTask {
  /** A directory, or a link that is resolved once for each pass. */
  readonly root: string;
  readonly paths: readonly string[];
  /** Each file has this size in every revision. */
  readonly fileBytes: number;
  /** How often it reads the whole tree. */
  readonly passes: number;
}

/** What readers have seen. */
export interface Readings {
  /** Trees that were read from the first file to the last. */
  readonly trees: number;
  /** Of these, how many had files of more than one revision. */
  readonly torn: number;
  /** Files that were not there. */
  readonly missing: number;
  /** Files with less or more bytes than every revision has. */
  readonly short: number;
}

export const NO_READINGS: Readings = { trees: 0, torn: 0, missing: 0, short: 0 };

export function addReadings(a: Readings, b: Readings): Readings {
  return {
    trees: a.trees + b.trees,
    torn: a.torn + b.torn,
    missing: a.missing + b.missing,
    short: a.short + b.short,
  };
}
