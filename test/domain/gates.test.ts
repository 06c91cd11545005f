import { describe, expect, it } from '@jest/globals';
import { gate, isReservedName, type GateFacts } from '../../domain/gates.js';

const GIB = 1024 ** 3;

function facts(change: Partial<GateFacts> = {}, delta: Partial<GateFacts['delta']> = {}): GateFacts {
  return {
    delta: { files: 10, bytes: 1000, added: 1, changed: 1, deleted: 0, bytesToWrite: 200, ...delta },
    reservedNames: [],
    freeBytes: GIB,
    freeInodes: 10_000,
    ...change,
  };
}

describe('gate', () => {
  it('lets an ordinary sync pass', () => {
    expect(gate(facts())).toBeUndefined();
  });

  it('passes where the file system makes inodes as needed', () => {
    expect(gate(facts({ freeInodes: undefined }, { added: 1_000_000 }))).toBeUndefined();
  });

  it.each<[string, GateFacts, string, RegExp]>([
    ['an empty source', facts({}, { files: 0, deleted: 10 }), 'EmptySource', /no files/],
    ['a reserved name', facts({ reservedNames: ['..data'] }), 'ReservedName', /"\.\.data"/],
    ['too few bytes', facts({ freeBytes: 1000 }), 'NoSpace', /1000 bytes free/],
    ['bytes that leave no reserve', facts({ freeBytes: GIB }, { bytesToWrite: GIB }), 'NoSpace', /needs/],
    ['too few inodes', facts({ freeInodes: 10 }, { added: 500 }), 'NoInodes', /10 inodes free/],
  ])('vetoes %s', (_name, input, reason, message) => {
    expect(gate(input)).toEqual({ reason, message: expect.stringMatching(message) });
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
