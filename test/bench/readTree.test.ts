import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readTree } from '../../bench/readers/readTree.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-bench-'));
  await mkdir(join(dir, 'tree'));
  await symlink('tree', join(dir, 'current'));
});
afterEach(() => rm(dir, { recursive: true }));

const read = (...paths: string[]) => readTree({ root: join(dir, 'current'), paths, fileBytes: 12 });

it('tells a tree of one revision from a torn one, and counts what is missing or incomplete', async () => {
  await writeFile(join(dir, 'tree/a'), 'revision 1\nx');
  await writeFile(join(dir, 'tree/b'), 'revision 1\ny');
  await writeFile(join(dir, 'tree/c'), 'revision 2\nz');
  await writeFile(join(dir, 'tree/d'), '');

  expect(read('a', 'b')).toEqual({ trees: 1, torn: 0, missing: 0, short: 0 });
  expect(read('a', 'b', 'c')).toEqual({ trees: 1, torn: 1, missing: 0, short: 0 });
  expect(read('a', 'd', 'e')).toEqual({ trees: 1, torn: 0, missing: 1, short: 1 });
});
