import type { ManifestEntry } from '../domain/manifest.js';

/** Credentials as plain values. They live in the memory of one activity and never leave it. */
export interface Credentials {
  readonly user?: string;
  /** Password or token. */
  readonly password?: string;
  /** An OpenSSH or PEM private key. */
  readonly privateKey?: string;
  /** Lines of a known_hosts file. */
  readonly knownHosts?: string;
}

export interface SourceProgress {
  /** What is being done, in a word: `fetching`, `unpacking`, `writing`. */
  readonly step: string;
  /** 0 to 100, where it is known. */
  readonly percent?: number;
}

/** What every call to a source is given besides the source's own settings. */
export interface SourceContext {
  readonly credentials: Credentials;
  /** An existing directory, mode 0700, on storage of the mover alone; removed afterwards. The only place for credential files. */
  readonly privateDir: string;
  readonly onProgress?: (progress: SourceProgress) => void;
  readonly signal: AbortSignal;
}

/** Where a source may keep what makes the next fetch cheaper. */
export interface StoreContext extends SourceContext {
  /** An existing empty directory of this attempt, on the file system of the export; removed afterwards. */
  readonly scratchDir: string;
  /** A directory of the volume, outside of what consumers mount. Created by the source when missing. */
  readonly storeDir: string;
  /** Revisions of snapshots that are still kept; what only others need may be dropped from the store. */
  readonly keptRevisions: readonly string[];
  /**
   * The call may use what is in `storeDir` but changes nothing there, and does not create it: for a look beside a run that
   * may rewrite or replace the store meanwhile. A store that is damaged or vanishes is not used, and what the call fetches
   * is kept for the call alone. `scratchDir` may then be on any file system, unless something is written from it
   * (`targetDir` of `write` must be on the same). Default: false.
   */
  readonly isReadOnly?: boolean;
}

export interface Listing {
  /** Sorted by path (`comparePaths`), each path once, every path checked to be safe. */
  readonly entries: readonly ManifestEntry[];
  /** Bytes that came over the network to make the listing. */
  readonly bytesFetched: number;
}

/** One back end, bound to one volume's settings. Every failure is a `DroverError`. */
export interface Source {
  /** What the poller limits its parallelism by: `host:port`. */
  readonly host: string;
  /** Everything besides the revision that decides the published tree (for Git, what is selected); part of its identity. */
  readonly variant: string;
  /** The revision that the source has now; for Git a full commit id. Also an empty source has one. Cheap: no content is transferred. */
  resolve(context: SourceContext): Promise<string>;
  /** Every file of `revision`; none is no failure. For Git this brings the commit into the store first. */
  list(revision: string, context: StoreContext): Promise<Listing>;
  /** Writes the entries into `targetDir`, which exists and holds none of them; directories are made as needed. */
  write(
    revision: string,
    entries: readonly ManifestEntry[],
    targetDir: string,
    context: StoreContext,
  ): Promise<{ bytesFetched: number }>;
  /** Drops from the store what no kept revision needs, when that is worth its cost. */
  compact(context: StoreContext): Promise<void>;
}
