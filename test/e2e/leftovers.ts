import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gitProcessesIn } from '../doubles/git/processes.js';

/** What a volume's directory holds between two runs; see `snapshots/layout.ts`. */
const EXPECTED = [
  'data',
  'manifests',
  'marker.json',
  'publications.jsonl',
  'refusal.json',
  'staging',
  'store',
  'trash',
];

/** Everything that no run needs any more: what an attempt has staged, halves of snapshots, git processes. */
export function findLeftovers(directory: string): string[] {
  const list = (path: string): string[] =>
    existsSync(join(directory, path)) ? readdirSync(join(directory, path)) : [];
  const snapshots = list('data/..snapshots');
  const described = (suffix: string) => (name: string) => snapshots.includes(name.slice(0, -suffix.length));
  return [
    ...list('.').filter((name) => !EXPECTED.includes(name)),
    ...list('staging').map((name) => `staging/${name}`),
    ...list('trash').map((name) => `trash/${name}`),
    ...list('store').filter((name) => !['objects', 'shallow'].includes(name)),
    ...list('data').filter(
      (name) => name !== '..snapshots' && !lstatSync(join(directory, 'data', name)).isSymbolicLink(),
    ),
    ...list('manifests').filter((name) => !described(name.endsWith('.jsonl') ? '.jsonl' : '.json')(name)),
    ...snapshots.filter((name) => !list('manifests').includes(`${name}.json`)),
    ...gitProcessesIn(directory),
  ];
}
