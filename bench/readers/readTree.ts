import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../../snapshots/files.js';
import type { Readings, ReaderTask } from './readings.js';

/** Reads every file once, as a program that loads its configuration does, and says what did not fit together. */
export function readTree({ root, paths, fileBytes }: Omit<ReaderTask, 'passes'>): Readings {
  const tree = realpathSync(root);
  const revisions = new Set<string>();
  let missing = 0;
  let short = 0;
  for (const path of paths) {
    const content = readIfThere(join(tree, path));
    if (content === undefined) missing++;
    else if (content.length !== fileBytes) short++;
    else revisions.add(content.toString('latin1', 0, content.indexOf(10)));
  }
  return { trees: 1, torn: revisions.size > 1 ? 1 : 0, missing, short };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
