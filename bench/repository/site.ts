import type { Commit } from './createRepository.js';
import { filePath } from './layout.js';
import { seededText } from './text.js';

/** The size of a made site. */
export interface SiteSize {
  readonly files: number;
  readonly directories: number;
  readonly fileBytes: number;
}

/** 10,000 files of 4 KiB in 100 directories. */
export function siteSize(isQuick: boolean): SiteSize {
  return isQuick
    ? { files: 200, directories: 10, fileBytes: 1024 }
    : { files: 10_000, directories: 100, fileBytes: 4096 };
}

/** The first commit of a site on `main`. */
export function firstCommit({ files, directories, fileBytes }: SiteSize): Commit {
  const paths = Array.from({ length: files }, (_, index) => filePath(index, directories));
  return { branch: 'main', files: paths.map((path, index) => [path, seededText(index, fileBytes)] as const) };
}
