import type { GitSettings } from '../../domain/settings.js';

/** A volume's Git settings, with defaults applied by the caller. */
export type RepositorySettings = Omit<GitSettings, 'type'>;

/** What the process that hosts the source decides. */
export interface GitOptions {
  /** Whether `file:` URLs and absolute paths are sources. They read the mover's own disk, so only local stacks allow it. */
  readonly allowFileUrls: boolean;
  /** Whether servers on the mover's own machine are sources; see `checkDestination`. Only local stacks allow it. */
  readonly allowLoopback: boolean;
  /**
   * The environment of the process. Git sees only the search path, proxies and certificate bundles of it; see
   * `gitEnvironment`. Default: none of them, with the usual directories as search path.
   */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
