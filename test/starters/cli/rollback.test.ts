import { describe, expect, it } from '@jest/globals';
import type { SharedVolumeStatus } from '../../../domain/generated/sharedVolume.js';
import { chooseRevision } from '../../../starters/cli/commands/rollback.js';

const A = 'a'.repeat(40);
const B = `b1${'0'.repeat(38)}`;
const C = `b2${'0'.repeat(38)}`;

function status(published: string, ...kept: string[]): SharedVolumeStatus {
  const snapshots = kept.map((revision) => ({ name: `snap-${revision.slice(0, 2)}`, revision, digest: '', time: '' }));
  return { snapshots, published: { revision: published, digest: '', snapshot: '', time: '' } };
}

describe('chooseRevision', () => {
  it.each<[string, SharedVolumeStatus, string | undefined, string]>([
    ['the one before', status(A, A, B, C), undefined, B],
    ['the one before, also after a rollback', status(B, B, A), undefined, A],
    ['a snapshot by name', status(A, A, B), 'snap-b1', B],
    ['a revision', status(A, A, B), B, B],
    ['the beginning of a revision', status(A, A, B, C), 'b200', C],
    ['a full commit that is not kept', status(A, A), C, C],
  ])('%s', (_name, input, to, expected) => {
    expect(chooseRevision(input, to)).toBe(expected);
  });

  it.each<[string, SharedVolumeStatus, string | undefined, RegExp, number]>([
    ['no earlier snapshot', status(A, A), undefined, /no earlier snapshot/, 3],
    ['nothing published', {}, undefined, /no earlier snapshot/, 3],
    ['an unknown name', status(A, A, B), 'nope', /neither a kept snapshot nor a full commit/, 3],
    ['a beginning that is too short to mean one', status(A, A, B), 'b1', /neither/, 3],
  ])('refuses %s', (_name, input, to, message, exitCode) => {
    expect(() => chooseRevision(input, to)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message), exitCode }),
    );
  });

  it('refuses a beginning that fits two', () => {
    const near = `b100${'1'.repeat(36)}`;

    expect(() => chooseRevision(status(A, A, B, near), 'b100')).toThrow(/more than one/);
  });
});
