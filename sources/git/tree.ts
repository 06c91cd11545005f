import { TextDecoder } from 'node:util';
import type { GitSetup } from './environment.js';
import { gitFailure } from './failure.js';
import { runGit } from './run.js';
import { refusePath } from './treePath.js';

/** The mode of a submodule: a commit of another repository. */
export const SUBMODULE = '160000';
export const DIRECTORY = '040000';

/** One record of `git ls-tree -z`. */
export interface TreeRecord {
  /** `100644`, `100755`, `120000` for links, `DIRECTORY`, `SUBMODULE`. */
  readonly mode: string;
  readonly id: string;
  /** Bytes, when they were asked for; 0 for submodules and directories. */
  readonly size: number;
  readonly path: string;
}

const RECORD = /^([0-7]{6}) [a-z]+ ([0-9a-f]{40})(?: +(\S+))?\t(.*)$/s;

/**
 * Hands what a commit has at `paths` to `take` ('' is everything).
 * @param options `-r` for everything below, `-l` for sizes
 * @throws see `treeReader`; `GitFailure`
 */
export async function readTree(
  setup: GitSetup,
  commit: string,
  paths: readonly string[],
  options: readonly ('-r' | '-l')[],
  take: (record: TreeRecord) => void,
): Promise<void> {
  const chosen = paths.includes('') ? [] : paths;
  const args = ['ls-tree', '-z', '--full-tree', ...options, commit, '--', ...chosen];
  await runGit(setup, args, { onOutput: treeReader(take) });
}

/**
 * Takes the output of `git ls-tree -z` apart, piece by piece.
 * @throws `UnsafePath` for a path that is not UTF-8, `GitFailure` when an object is missing (git prints the size `BAD`)
 */
export function treeReader(take: (record: TreeRecord) => void): (chunk: Buffer) => void {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0, start)) {
      take(parseRecord(rest.subarray(start, end), decoder));
      start = end + 1;
    }
    rest = rest.subarray(start);
  };
}

function parseRecord(bytes: Buffer, decoder: TextDecoder): TreeRecord {
  const [, mode = '', id = '', size = '', path = ''] = RECORD.exec(decode(bytes, decoder)) ?? [];
  if (mode === SUBMODULE || mode === DIRECTORY) return { mode, id, size: 0, path };
  const bytesOfBlob = Number(size);
  if (!Number.isInteger(bytesOfBlob)) throw gitFailure('ls-tree', 0, `missing blob ${id} of ${path}`);
  return { mode, id, size: bytesOfBlob, path };
}

function decode(bytes: Buffer, decoder: TextDecoder): string {
  try {
    return decoder.decode(bytes);
  } catch {
    // The decoder says only that it failed; the path is what helps.
    const path = bytes.toString('latin1');
    return refusePath(path.slice(path.indexOf('\t') + 1), 'is not valid UTF-8');
  }
}
