/** What a volume's resource says about its Git source, with defaults applied by the caller. */
export interface GitSettings {
  readonly url: string;
  /** A branch, a tag or a full commit id of 40 hex digits. Absent: the remote's HEAD, followed when it moves. */
  readonly ref?: string;
  /** Commits to fetch, counted from the revision; 0 is the whole history. */
  readonly depth: number;
  /** A directory of the repository that is published instead of its root. */
  readonly subPath?: string;
}

/** What the process that hosts the source decides. */
export interface GitOptions {
  /** Whether `file:` URLs and absolute paths are sources. They read the mover's own disk, so only local stacks allow it. */
  readonly allowFileUrls: boolean;
  /**
   * The environment of the process. Git sees only the search path, proxies and certificate bundles of it; see
   * `gitEnvironment`. Default: none of them, with the usual directories as search path.
   */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
