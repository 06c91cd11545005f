/**
 * A consumer of volumes, as a process of its own: again and again it resolves `..data` once and reads the whole tree that it
 * finds, in which every file of `each/` holds the revision and those of `same/` never change. Says at its end, on SIGTERM,
 * what it has seen: `{ passes, torn, missing }`, the latter two as texts.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , ...arguments_] = process.argv;
const { dataDirs, paths } = JSON.parse(arguments_[0]);
const seen = { passes: 0, torn: [], missing: [] };
const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());

while (!ending.signal.aborted) {
  for (const dataDir of dataDirs) {
    readTree(dataDir);
    await sleep(2);
  }
}
process.stdout.write(JSON.stringify(seen));

function readTree(dataDir) {
  const tree = realpathSync(join(dataDir, '..data'));
  const revisions = new Set();
  for (const path of paths) {
    try {
      const text = readFileSync(join(tree, path), 'utf8');
      revisions.add(path.startsWith('each/') ? text.trim() : text === 'same\n' ? 'same' : `changed ${path}`);
    } catch (error) {
      seen.missing.push(`${path}: ${error.code}`);
    }
  }
  seen.passes++;
  revisions.delete('same');
  if (revisions.size !== 1) seen.torn.push([...revisions].join(' and '));
}
