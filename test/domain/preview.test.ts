import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../domain/delta.js';
import { listChanges, MAX_LISTED } from '../../domain/preview.js';

function change(kind: Change['kind'], path: string, size = 1): Change {
  return { kind, entry: { path, mode: 'file', size, id: path } };
}

const CHANGES = [
  change('added', 'a', 10),
  change('unchanged', 'b', 20),
  change('changed', 'c', 30),
  change('deleted', 'd', 40),
];

describe('listChanges', () => {
  it('lists what differs, with bytes, and sums what would be deleted', () => {
    expect(listChanges(CHANGES, { limit: 10 })).toEqual({
      changes: [
        { kind: 'added', path: 'a', bytes: 10 },
        { kind: 'changed', path: 'c', bytes: 30 },
        { kind: 'deleted', path: 'd', bytes: 40 },
      ],
      isComplete: true,
      bytesToDelete: 40,
    });
  });

  it('says when there is more than may be listed, and counts all the same', () => {
    const { changes, isComplete, bytesToDelete } = listChanges(CHANGES, { limit: 2 });

    expect([changes.map(({ path }) => path), isComplete, bytesToDelete]).toEqual([['a', 'c'], false, 40]);
  });

  it('goes on behind a path', () => {
    const { changes, isComplete } = listChanges(CHANGES, { limit: 2, after: 'a' });

    expect([changes.map(({ path }) => path), isComplete]).toEqual([['c', 'd'], true]);
  });

  it.each([
    ['in number', 'short', MAX_LISTED],
    ['in bytes', 'x'.repeat(4000), 125],
  ])('never lists more than fits into an answer, %s', (_name, path, most) => {
    const many = Array.from({ length: 2000 }, (_, index) => change('added', `${path}${index}`));

    expect(listChanges(many, { limit: 5000 }).changes.length).toBeLessThanOrEqual(most);
  });
});
