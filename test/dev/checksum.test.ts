import { describe, expect, it } from '@jest/globals';
import { findChecksum } from '../../dev/checksum.js';

const ONE = '1'.repeat(64);
const TWO = 'ab'.repeat(32);

describe('findChecksum', () => {
  it.each([
    ['a bare digest', `${ONE}\n`, ONE],
    ['a bare digest in capitals', TWO.toUpperCase(), TWO],
    ['lines with names', `${ONE}  other.tar.gz\n${TWO}  file.tar.gz\n`, TWO],
    ['binary mode', `${TWO} *file.tar.gz\r\n`, TWO],
    ['a name that only ends alike', `${ONE}  my-file.tar.gz\n`, undefined],
    ['a page that is no checksum file', '<html>not found</html>', undefined],
    ['nothing', '', undefined],
  ])('%s', (_case, published, expected) => {
    expect(findChecksum(published, 'file.tar.gz')).toBe(expected);
  });
});
