import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DroverError } from '../domain/errors.js';
import { hasCode, readJson, writeAtomic } from './files.js';
import { volumeLayout } from './layout.js';

/** Says that a directory is an export and which one: the directory under a disk that is not mounted has no such file. */
export const EXPORT_MARKER = '.drover-export';

interface ExportMarker {
  readonly name: string;
}

/**
 * The name of the export whose disk this is; undefined when the disk was not marked.
 * @throws `ExportUnreachable` when there is no directory
 */
export async function readExportName(exportPath: string): Promise<string | undefined> {
  const found = await stat(exportPath).catch((error: unknown) => {
    throw new DroverError('ExportUnreachable', `the export ${exportPath} is not there`, { cause: error });
  });
  if (!found.isDirectory()) throw new DroverError('ExportUnreachable', `the export ${exportPath} is not a directory`);
  return (await readJson<ExportMarker>(join(exportPath, EXPORT_MARKER)))?.name;
}

export function markExport(exportPath: string, name: string): Promise<void> {
  return writeAtomic(join(exportPath, EXPORT_MARKER), `${JSON.stringify({ name } satisfies ExportMarker)}\n`);
}

/** Whether the directory of any volume is there. */
export async function holdsVolumes(exportPath: string): Promise<boolean> {
  for (const name of await readdir(exportPath)) {
    try {
      await stat(volumeLayout(exportPath, name).marker);
      return true;
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
  return false;
}
