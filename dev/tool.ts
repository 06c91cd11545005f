/** A program that the local stack runs and this repository does not contain. */
export interface Tool {
  readonly name: string;
  /** The pinned version: what is downloaded or built, and what names the directory in the cache. */
  readonly version: string;
  /** A program on `PATH` fits from this version on. */
  readonly minimumVersion: string;
  /** How a program is asked for its version, and where the version stands in the answer. */
  readonly askVersion: { readonly args: readonly string[]; readonly pattern: RegExp };
  /** The official download for a platform; undefined where there is none. */
  readonly release: (platform: Platform) => Release | undefined;
  readonly goBuild: GoBuild;
}

/** Names as Go and release pages spell them. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** A file on a release page. */
export interface Release {
  readonly url: string;
  /** Publishes the SHA-256 of the file: either bare, or in `sha256sum` lines that end with the name of the file. */
  readonly checksumUrl: string;
  /** For an archive (`tar.gz`), the path of the program in it; absent when the download is the program itself. */
  readonly member?: string;
}

/** How a program is built from a published Go module, in an own module that requires it. */
export interface GoBuild {
  readonly module: string;
  readonly moduleVersion: string;
  readonly package: string;
  /** Values of `-ldflags -X`. */
  readonly linkedValues?: Readonly<Record<string, string>>;
  /**
   * The version of the modules that the module replaces by its own sub-directories. A replacement holds only in the
   * main module, so the own module must repeat each with the published version.
   */
  readonly stagingVersion?: string;
}

/** Where a tool was found, and where that came from: for people. */
export interface FoundTool {
  readonly path: string;
  readonly origin: string;
}

/** The platform of this process. */
export function currentPlatform(): Platform {
  return { os: process.platform, arch: process.arch === 'x64' ? 'amd64' : process.arch };
}
