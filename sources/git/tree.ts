import { TextDecoder } from 'node:util';
import { gitFailure } from './failure.js';
import { refusePath } from './treePath.js';

/** One record of `git ls-tree -r -z -l`. */
export interface TreeRecord {
  /** `100644`, `100755`, `120000` for links, `160000` for submodules. */
  readonly mode: string;
  readonly id: string;
  /** Bytes; 0 for submodules. */
  readonly size: number;
  readonly path: string;
}

const RECORD = /^([0-7]{6}) [a-z]+ ([0-9a-f]{40}) +(\S+)\t(.*)$/s;

/**
 * Takes the output of `git ls-tree -r -z -l` apart, piece by piece.
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
  if (mode === '160000') return { mode, id, size: 0, path };
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
