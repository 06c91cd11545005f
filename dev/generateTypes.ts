/** Writes the TypeScript types of the custom resources from their YAML, which is the source. `--check` only compares. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileTypes } from './compileTypes.js';

/** Each generated module and the definition whose schema it is made from. */
const MODULES = [{ crd: 'k8s/crds/sharedvolumes.yaml', module: 'domain/generated/sharedVolume.ts' }];

/** Generates every module below `root`; with `checkOnly` nothing is written. Returns the modules that differed. */
export async function generateTypes(root: string, checkOnly: boolean): Promise<string[]> {
  const drifted: string[] = [];
  for (const { crd, module } of MODULES) {
    const wanted = await compileTypes(await readFile(join(root, crd), 'utf8'), crd);
    const path = join(root, module);
    if ((await readIfPresent(path)) === wanted) continue;
    drifted.push(module);
    if (checkOnly) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, wanted);
  }
  return drifted;
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const [, script, ...flags] = process.argv;
if (script !== undefined && resolve(script) === fileURLToPath(import.meta.url)) {
  const checkOnly = flags.includes('--check');
  const drifted = await generateTypes(process.cwd(), checkOnly);
  for (const module of drifted)
    console.log(checkOnly ? `${module} is out of date: run npm run generate` : `wrote ${module}`);
  if (checkOnly && drifted.length > 0) process.exitCode = 1;
}
