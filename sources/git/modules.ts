import { DroverError } from '../../domain/errors.js';
import { isStoreDamaged } from './classify.js';
import type { GitSetup } from './environment.js';
import { isGitFailure } from './failure.js';
import { askGit } from './run.js';
import { readTree, type TreeRecord } from './tree.js';

/** A submodule as `.gitmodules` describes it. Whoever can push writes that file: nothing in it is checked yet. */
export interface Module {
  readonly name: string;
  readonly url?: string;
}

/** More than any repository has; it is read into memory. */
const MAX_BYTES = 1024 * 1024;

const ENTRY = /^submodule\.(.*)\.(path|url)\n(.*)$/s;

/**
 * The submodules that `.gitmodules` of a commit describes, by their paths.
 * @param repository for people
 * @throws `SourceRefused` when the file is no file, too large or malformed; `GitFailure`
 */
export async function readModules(
  setup: GitSetup,
  commit: string,
  repository: string,
): Promise<ReadonlyMap<string, Module>> {
  let file: TreeRecord | undefined;
  await readTree(setup, commit, ['.gitmodules'], ['-l'], (record) => {
    file = record;
  });
  if (file === undefined) return new Map();
  if (!file.mode.startsWith('100')) refuse(`.gitmodules of ${repository} is not a file`);
  if (file.size > MAX_BYTES) refuse(`.gitmodules of ${repository} is larger than ${MAX_BYTES} bytes`);
  return parseModules(await readConfig(setup, file.id, repository));
}

async function readConfig(setup: GitSetup, blob: string, repository: string): Promise<string> {
  try {
    // An include could name any file of the mover's disk.
    return await askGit(setup, ['config', '--blob', blob, '--no-includes', '-z', '--list']);
  } catch (error) {
    if (!isGitFailure(error) || isStoreDamaged(error)) throw error;
    return refuse(`.gitmodules of ${repository} is malformed`);
  }
}

/** Of entries that say the same thing twice, the last one counts, as in git. */
function parseModules(config: string): Map<string, Module> {
  const values = new Map<string, { path?: string; url?: string }>();
  for (const entry of config.split('\0')) {
    const [, name, key, value] = ENTRY.exec(entry) ?? [];
    if (name === undefined || key === undefined) continue;
    values.set(name, { ...values.get(name), [key]: value });
  }
  const modules = new Map<string, Module>();
  for (const [name, { path, url }] of values) {
    if (path !== undefined) modules.set(path, { name, ...(url !== undefined && { url }) });
  }
  return modules;
}

function refuse(problem: string): never {
  throw new DroverError('SourceRefused', problem);
}
