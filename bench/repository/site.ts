import type { Commit } from './createRepository.js';
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

/** The path of a file: the files are spread evenly over the directories. */
export function filePath(index: number, { directories }: Pick<SiteSize, 'directories'>): string {
  return `directory-${index % directories}/file-${index}.txt`;
}

/** The content of a file in one revision of it, which the first line names. */
export function fileText(index: number, revision: number, { fileBytes }: Pick<SiteSize, 'fileBytes'>): string {
  const head = `revision ${revision}\n`;
  return head + seededText(index * 1_000 + revision, fileBytes - head.length);
}

/** The first `count` files, all when absent, in one revision. */
export function* siteFiles(size: SiteSize, revision: number, count = size.files): Generator<readonly [string, string]> {
  for (let index = 0; index < count; index++) yield [filePath(index, size), fileText(index, revision, size)];
}

/** A commit on `main` that writes the first `count` files, all when absent, in one revision. */
export function siteCommit(size: SiteSize, revision: number, count = size.files): Commit {
  return { branch: 'main', files: siteFiles(size, revision, count) };
}
