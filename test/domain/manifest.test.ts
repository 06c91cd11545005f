import { describe, expect, it } from '@jest/globals';
import { comparePaths } from '../../domain/manifest.js';

describe('comparePaths', () => {
  it('orders as the UTF-8 bytes do, also beyond the basic plane', () => {
    const paths = [
      '',
      'a',
      'a/b',
      'a-b',
      'b',
      'é',
      '\u{e000}',
      '\u{ffff}',
      '\u{10000}',
      '\u{1f600}',
      'z',
      'a\u{1f600}',
      'a\u{ffee}',
    ];
    for (const left of paths) {
      for (const right of paths) {
        const expected = Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)));
        expect([left, right, Math.sign(comparePaths(left, right))]).toEqual([left, right, expected]);
      }
    }
  });
});
