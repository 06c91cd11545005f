import { describe, expect, it } from '@jest/globals';
import { diffListings, summarize } from '../../domain/delta.js';
import type { EntryMode, ManifestEntry } from '../../domain/manifest.js';

function entry(path: string, id = 'a', mode: EntryMode = 'file', size = 10): ManifestEntry {
  return { path, id, mode, size };
}

function kinds(previous: ManifestEntry[], next: ManifestEntry[]): string[] {
  return [...diffListings(previous, next)].map(({ kind, entry: { path } }) => `${kind} ${path}`);
}

describe('diffListings', () => {
  it.each<[string, ManifestEntry[], ManifestEntry[], string[]]>([
    ['both empty', [], [], []],
    ['everything new', [], [entry('a'), entry('b')], ['added a', 'added b']],
    ['everything gone', [entry('a'), entry('b')], [], ['deleted a', 'deleted b']],
    ['the same', [entry('a')], [entry('a')], ['unchanged a']],
    ['another id', [entry('a', '1')], [entry('a', '2')], ['changed a']],
    ['another mode alone', [entry('a', '1', 'file')], [entry('a', '1', 'executable')], ['changed a']],
    [
      'one between two',
      [entry('a'), entry('c')],
      [entry('a'), entry('b'), entry('c')],
      ['unchanged a', 'added b', 'unchanged c'],
    ],
    ['a file that becomes a directory', [entry('a')], [entry('a/b')], ['deleted a', 'added a/b']],
    ['a rename', [entry('a')], [entry('b')], ['deleted a', 'added b']],
    [
      'gone at both ends',
      [entry('a'), entry('m'), entry('z')],
      [entry('m')],
      ['deleted a', 'unchanged m', 'deleted z'],
    ],
  ])('%s', (_name, previous, next, expected) => {
    expect(kinds(previous, next)).toEqual(expected);
  });

  it('agrees with a naive comparison on pseudo-random listings', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    for (let round = 0; round < 200; round++) {
      const make = (): ManifestEntry[] =>
        [...new Set(Array.from({ length: random(12) }, () => `f${random(15).toString().padStart(2, '0')}`))]
          .sort()
          .map((path) => entry(path, String(random(2))));
      const previous = make();
      const next = make();
      const paths = [...new Set([...previous, ...next].map(({ path }) => path))].sort();
      const expected = paths.map((path) => {
        const before = previous.find((candidate) => candidate.path === path);
        const after = next.find((candidate) => candidate.path === path);
        if (before === undefined) return `added ${path}`;
        if (after === undefined) return `deleted ${path}`;
        return `${before.id === after.id ? 'unchanged' : 'changed'} ${path}`;
      });
      expect(kinds(previous, next)).toEqual(expected);
    }
  });
});

describe('summarize', () => {
  it('counts what is there afterwards and what has to be written', () => {
    const previous = [entry('kept', '1', 'file', 5), entry('old', '1', 'file', 7), entry('same', '1', 'file', 3)];
    const next = [entry('kept', '2', 'file', 6), entry('new', '1', 'file', 11), entry('same', '1', 'file', 3)];

    expect(summarize(diffListings(previous, next))).toEqual({
      files: 3,
      bytes: 20,
      added: 1,
      changed: 1,
      deleted: 1,
      bytesToWrite: 17,
    });
  });
});
