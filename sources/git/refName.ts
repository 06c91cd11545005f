import { DroverError } from '../../domain/errors.js';

// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]/;

/** Whether `ref` is a full commit id. Abbreviated ids are not: they are looked up as names. */
export function isCommitId(ref: string): boolean {
  return /^[0-9a-f]{40}$/i.test(ref);
}

/**
 * What is wrong with `ref` as the name of a branch or tag; undefined when nothing is. The rules are those of
 * `git check-ref-format`, plus no leading `-`, so that a name is never taken for an option.
 */
export function refProblem(ref: string): string | undefined {
  if (ref === '') return 'is empty';
  if (ref.startsWith('-')) return 'begins with "-"';
  if (ref === '@' || ref.includes('@{')) return 'has a meaning of its own in git';
  if (FORBIDDEN.test(ref)) return 'has a character that git does not allow in names';
  if (ref.includes('..')) return 'has ".." in it';
  if (ref.endsWith('.')) return 'ends with "."';
  if (ref.length > 1024) return 'is longer than 1024 characters';
  for (const segment of ref.split('/')) {
    if (segment === '') return 'has an empty part between slashes';
    if (segment.startsWith('.')) return 'has a part that begins with "."';
    if (segment.endsWith('.lock')) return 'has a part that ends with ".lock"';
  }
  return undefined;
}

/** @throws `InvalidSpec`, naming the field. */
export function checkRefName(ref: string): void {
  const problem = refProblem(ref);
  if (problem !== undefined) throw new DroverError('InvalidSpec', `source.git.ref ${problem}`);
}
