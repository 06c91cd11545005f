import { describe, expect, it } from '@jest/globals';
import { parseBytes } from '../../domain/quantity.js';

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['1024', 1024],
    ['1Ki', 1024],
    ['1k', 1000],
    ['10Gi', 10_737_418_240],
    ['1.5Mi', 1_572_864],
    ['.5k', 500],
    ['1e3', 1000],
    ['2E6', 2_000_000],
    ['1500m', 2],
    ['+5M', 5_000_000],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', '10GB', '10GiB', 'abc', '-1Gi', '1 Gi', '1K', 'e3', '.'])('"%s" is none', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });
});
