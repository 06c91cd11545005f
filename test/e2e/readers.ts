import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What readers of a volume saw. */
export interface Seen {
  readonly passes: number;
  /** Passes over one resolved tree that found more than one revision in it. */
  readonly torn: readonly string[];
  /** Files of it that were not there. */
  readonly missing: readonly string[];
}

const SCRIPT = fileURLToPath(new URL('../doubles/treeReader.js', import.meta.url));

/**
 * Starts consumers, each a process of its own; see `treeReader.js`. The result ends them and adds up what they saw.
 * @param paths every file of the trees
 */
export function startReaders(
  count: number,
  dataDirs: readonly string[],
  paths: readonly string[],
): () => Promise<Seen> {
  const readers = Array.from({ length: count }, () => startReader(JSON.stringify({ dataDirs, paths })));
  return async () => {
    const all = await Promise.all(readers.map((end) => end()));
    return {
      passes: all.reduce((sum, { passes }) => sum + passes, 0),
      torn: all.flatMap(({ torn }) => torn),
      missing: all.flatMap(({ missing }) => missing),
    };
  };
}

function startReader(input: string): () => Promise<Seen> {
  const child = spawn(process.execPath, [SCRIPT, input], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  return async () => {
    child.kill('SIGTERM');
    const exitCode = await closed;
    if (exitCode !== 0) throw new Error(`a reader ended with ${exitCode}`);
    return JSON.parse(said) as Seen;
  };
}
