import { DroverError } from '../../domain/errors.js';
import { contains, within } from './repositoryPath.js';
import type { RepositorySettings } from './settings.js';
import { normalizeSubPath } from './subPath.js';

/** Which part of a repository is published. */
export interface Selection {
  /** The directory that becomes the root of the published tree; '' is the root of the repository. */
  readonly subPath: string;
  /** What is published, with everything below: at or below `subPath`, none below another; '' is everything. */
  readonly wanted: readonly string[];
  /** Paths that must be there, with the field that says so. */
  readonly named: readonly NamedPath[];
}

export interface NamedPath {
  readonly field: 'source.git.subPath' | 'source.git.sparsePaths';
  readonly path: string;
}

/** @throws `InvalidSpec` for a sub-path that is not clean, or a sparse path that has nothing in common with it */
export function readSelection({
  subPath: given,
  sparsePaths = [],
}: Pick<RepositorySettings, 'subPath' | 'sparsePaths'>): Selection {
  const subPath = normalizeSubPath(given);
  const named: NamedPath[] = subPath === '' ? [] : [{ field: 'source.git.subPath', path: subPath }];
  const wanted = sparsePaths.length === 0 ? [subPath] : sparsePaths.map((path) => intersect(path, subPath));
  for (const path of sparsePaths) named.push({ field: 'source.git.sparsePaths', path });
  return { subPath, wanted: withoutCovered(wanted), named };
}

/** What of the selection lies in the directory `part`, named from there; empty when nothing does. */
export function wantedWithin({ wanted }: Selection, part: string): string[] {
  if (wanted.some((path) => contains(path, part))) return [''];
  return wanted.filter((path) => contains(part, path)).map((path) => within(part, path));
}

function intersect(path: string, subPath: string): string {
  if (contains(subPath, path)) return path;
  if (contains(path, subPath)) return subPath;
  throw new DroverError('InvalidSpec', `source.git.sparsePaths "${path}" lies outside of subPath "${subPath}"`);
}

function withoutCovered(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)].sort();
  return unique.filter((path) => !unique.some((other) => other !== path && contains(other, path)));
}
