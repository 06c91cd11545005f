import type { SourceSettings } from '../domain/settings.js';
import { createGitSource, type GitOptions } from './git/index.js';
import type { Source } from './source.js';

/** What the process that hosts the sources decides for them. */
export type SourceOptions = GitOptions;

/** The back end for a volume's settings: one folder for each type, and one line here. */
export function createSource(settings: SourceSettings, options: SourceOptions): Source {
  switch (settings.type) {
    case 'git':
      return createGitSource(settings, options);
  }
}
