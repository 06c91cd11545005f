import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attempt } from './attempt.js';

/**
 * The time by the clock of the export's file system: that of its server, if it has one. What one mover notes another one
 * compares with, and their own clocks may differ.
 */
export async function readExportTime(attempt: Attempt): Promise<Date> {
  const probe = join(attempt.dir, 'clock');
  await writeFile(probe, '');
  return (await stat(probe)).mtime;
}
