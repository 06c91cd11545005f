import type { GitSetup } from './environment.js';
import { gitFailure } from './failure.js';
import { askGit, runGit } from './run.js';

/** What an object is; undefined when it is not there. */
export interface ObjectInfo {
  readonly id: string;
  readonly type: string;
}

/** Looks up objects by any name that git understands; one process, answers in the order of `names`. */
export async function findObjects(setup: GitSetup, names: readonly string[]): Promise<(ObjectInfo | undefined)[]> {
  if (names.length === 0) return [];
  const answer = await askGit(
    setup,
    ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
    `${names.join('\n')}\n`,
  );
  const lines = answer.split('\n').slice(0, names.length);
  return lines.map((line) => {
    const [, id, type] = /^([0-9a-f]{40}) (commit|tree|blob|tag)$/.exec(line) ?? [];
    return id === undefined || type === undefined ? undefined : { id, type };
  });
}

/**
 * Reads blobs and hands each to `take`, in the order of `ids`; one process, one blob in memory at a time.
 * @throws `GitFailure` when one is missing
 */
export async function readBlobs(
  setup: GitSetup,
  ids: readonly string[],
  take: (id: string, content: Buffer) => void,
): Promise<void> {
  if (ids.length === 0) return;
  const args = ['cat-file', '--batch', '--buffer'];
  await runGit(setup, args, { input: [`${ids.join('\n')}\n`], onOutput: blobReader(take) });
}

/** Takes the output of `cat-file --batch` apart: a header line, the content, a line break, for each object. */
export function blobReader(take: (id: string, content: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (;;) {
      const lineEnd = rest.indexOf(10, start);
      if (lineEnd === -1) break;
      const header = rest.toString('latin1', start, lineEnd);
      const [id = '', type, size] = header.split(' ');
      if (type !== 'blob') throw gitFailure('cat-file', 0, `missing object: ${header}`);
      const end = lineEnd + 1 + Number(size);
      if (rest.length < end + 1) break;
      take(id, rest.subarray(lineEnd + 1, end));
      start = end + 1;
    }
    rest = rest.subarray(start);
  };
}
