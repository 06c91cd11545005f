import { DroverError } from '../domain/errors.js';
import { readFreeSpace } from '../snapshots/space.js';
import { classifyError } from './classify.js';

/** The system says the same of a disk without space and of one without inodes; what to do about it differs. */
export async function nameShortage(error: unknown, exportPath: string): Promise<unknown> {
  if (classifyError(error).reason !== 'NoSpace') return error;
  const { freeInodes } = await readFreeSpace(exportPath);
  return freeInodes === 0 ? new DroverError('NoInodes', 'the export has no free inodes', { cause: error }) : error;
}
