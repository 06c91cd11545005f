import { describe, expect, it } from '@jest/globals';
import { gate, isApprovable, isReservedName, type GateFacts, type GateSettings } from '../../domain/gates.js';

const GIB = 1024 ** 3;

function facts(change: Partial<GateFacts> = {}, delta: Partial<GateFacts['delta']> = {}): GateFacts {
  return {
    delta: { files: 10, bytes: 1000, added: 1, changed: 1, deleted: 0, bytesToWrite: 200, ...delta },
    reservedNames: [],
    missingFiles: [],
    freeBytes: GIB,
    freeInodes: 10_000,
    ...change,
  };
}

/** Limits as they are when a volume sets none. */
function limits(change: Partial<GateSettings> = {}): GateSettings {
  return { allowEmpty: false, requiredFiles: [], requireApproval: false, ...change };
}

describe('gate', () => {
  it('lets an ordinary sync pass', () => {
    expect(gate(facts(), limits(), false)).toBeUndefined();
  });

  it('passes where the file system makes inodes as needed', () => {
    expect(gate(facts({ freeInodes: undefined }, { added: 1_000_000 }), limits(), false)).toBeUndefined();
  });

  it.each<[string, GateFacts, string, RegExp]>([
    ['an empty source', facts({}, { files: 0, deleted: 10 }), 'EmptySource', /no files/],
    ['a reserved name', facts({ reservedNames: ['..data'] }), 'ReservedName', /"\.\.data"/],
    ['too few bytes', facts({ freeBytes: 1000 }), 'NoSpace', /1000 bytes free/],
    ['bytes that leave no reserve', facts({ freeBytes: GIB }, { bytesToWrite: GIB }), 'NoSpace', /needs/],
    ['too few inodes', facts({ freeInodes: 10 }, { added: 500 }), 'NoInodes', /10 inodes free/],
  ])('vetoes %s', (_name, input, reason, message) => {
    expect(gate(input, limits(), false)).toEqual({ reason, message: expect.stringMatching(message) });
  });

  const deletions = (deleted: number) => facts({}, { files: 20 - deleted, added: 0, changed: 0, deleted });

  it.each<[string, GateFacts, Partial<GateSettings>, string | undefined]>([
    ['12 of 20 files deleted, 50 % allowed', deletions(12), { maxDeletePercent: 50 }, 'DeleteLimitExceeded'],
    ['10 of 20 files deleted, 50 % allowed', deletions(10), { maxDeletePercent: 50 }, undefined],
    ['one file deleted, 0 % allowed', deletions(1), { maxDeletePercent: 0 }, 'DeleteLimitExceeded'],
    ['no file deleted, 0 % allowed', deletions(0), { maxDeletePercent: 0 }, undefined],
    ['a first sync, 0 % allowed', facts({}, { files: 3, added: 3, changed: 0 }), { maxDeletePercent: 0 }, undefined],
    [
      'all deleted and empty allowed, 100 % allowed',
      deletions(20),
      { allowEmpty: true, maxDeletePercent: 100 },
      undefined,
    ],
    ['all deleted, 100 % allowed', deletions(20), { maxDeletePercent: 100 }, 'EmptySource'],
    ['6 files deleted, 5 allowed', deletions(6), { maxDeleteFiles: 5 }, 'DeleteLimitExceeded'],
    ['5 files deleted, 5 allowed', deletions(5), { maxDeleteFiles: 5 }, undefined],
    ['a byte too many', facts({}, { bytes: 1001 }), { maxBytes: 1000 }, 'SizeLimitExceeded'],
    ['as many bytes as allowed', facts(), { maxBytes: 1000 }, undefined],
    [
      'a missing file',
      facts({ missingFiles: ['index.html'] }),
      { requiredFiles: ['index.html'] },
      'RequiredFileMissing',
    ],
    ['a change that needs an approval', facts(), { requireApproval: true }, 'ApprovalRequired'],
    ['a commit that changes no file', facts({}, { added: 0, changed: 0 }), { requireApproval: true }, undefined],
  ])('%s', (_name, input, change, reason) => {
    expect(gate(input, limits(change), false)?.reason).toBe(reason);
  });

  it('says how many files would be deleted, and what is allowed', () => {
    expect(gate(deletions(12), limits({ maxDeletePercent: 50 }), false)?.message).toBe(
      '12 of 20 published files would be deleted; spec.gates.maxDeletePercent allows 50 %',
    );
  });

  it('lets what is approved pass every limit of the owner, and none of the export', () => {
    const strict = limits({ maxDeletePercent: 0, maxBytes: 1, requiredFiles: ['x'], requireApproval: true });
    const emptied = facts({ missingFiles: ['x'] }, { files: 0, deleted: 10 });

    expect(gate(emptied, strict, true)).toBeUndefined();
    expect(gate({ ...emptied, freeBytes: 0 }, strict, true)?.reason).toBe('NoSpace');
    expect(gate({ ...emptied, reservedNames: ['..data'] }, strict, true)?.reason).toBe('ReservedName');
  });

  it.each([
    ['EmptySource', true],
    ['DeleteLimitExceeded', true],
    ['NoSpace', false],
    ['ReservedName', false],
    ['SourceUnreachable', false],
  ] as const)('an approval can overrule %s: %s', (reason, expected) => {
    expect(isApprovable(reason)).toBe(expected);
  });

  it.each([
    ['..data', true],
    ['..', true],
    ['..anything', true],
    ['.hidden', false],
    ['data', false],
    ['a..b', false],
  ])('%s is reserved: %s', (name, expected) => {
    expect(isReservedName(name)).toBe(expected);
  });
});
