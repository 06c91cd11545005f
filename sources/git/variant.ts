import type { Selection } from './selection.js';
import type { RepositorySettings } from './settings.js';

/**
 * Everything besides the revision that decides the published tree: the sub-path alone, unless more is set. The rest
 * stands on lines of its own, which a sub-path cannot have.
 */
export function variantOf(
  { submodules, sparsePaths = [] }: Pick<RepositorySettings, 'submodules' | 'sparsePaths'>,
  { subPath, wanted }: Selection,
): string {
  const lines = [subPath];
  if (submodules !== undefined) lines.push(`submodules: ${submodules}`);
  if (sparsePaths.length > 0) lines.push(...wanted.map((path) => `only: ${path}`));
  return lines.join('\n');
}
