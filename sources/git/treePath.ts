import { DroverError } from '../../domain/errors.js';

/** Limits of Linux file systems. */
const MAX_SEGMENT_BYTES = 255;
const MAX_PATH_BYTES = 4095;

/**
 * Names that git itself refuses to check out, because some file system takes them for `.git`: any case, NTFS short
 * names, trailing dots and spaces, and NTFS streams (`verify_path` in git's read-cache.c).
 */
const GIT_DIRECTORY = /^(?:\.git|git~1)[. ]*(?:[:\\].*)?$/i;

/** What is wrong with a path of a tree; undefined when it may be written. */
export function pathProblem(path: string): string | undefined {
  if (path.includes('\0')) return 'has a NUL byte';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`;
  for (const segment of path.split('/')) {
    if (segment === '') return 'has an empty part';
    if (segment === '.' || segment === '..') return `has the part "${segment}"`;
    if (GIT_DIRECTORY.test(segment)) return `has the part "${segment}", which belongs to git`;
    if (segment.length * 3 > MAX_SEGMENT_BYTES && Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) {
      return `has a part that is longer than ${MAX_SEGMENT_BYTES} bytes`;
    }
  }
  return undefined;
}

/** @throws `UnsafePath`, naming the path (its beginning, if it is very long). */
export function checkPath(path: string): void {
  const problem = pathProblem(path);
  if (problem !== undefined) refusePath(path, problem);
}

export function refusePath(path: string, problem: string): never {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  throw new DroverError('UnsafePath', `the path ${JSON.stringify(shown)} ${problem}`);
}
