import { describe, expect, it } from '@jest/globals';
import { isAtLeast } from '../../dev/version.js';

describe('isAtLeast', () => {
  it.each([
    ['1.36.3', '1.34.0', true],
    ['1.34.0', '1.34.0', true],
    ['1.32.4', '1.34.0', false],
    ['1.9.1', '1.10.0', false],
    ['2.0', '1.99.99', true],
    ['3.5', '3.5.0', true],
    ['3.5', '3.5.1', false],
  ])('%s against %s: %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});
