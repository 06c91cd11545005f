import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { chooseDemoChange } from '../../dev/demoChange.js';
import { compareInodes, readInodes } from '../../dev/demoTree.js';
import { isPublished, type DemoVolume } from '../../dev/demoVolume.js';

describe('chooseDemoChange', () => {
  it('takes two visible files at the top, always the same ones', () => {
    const paths = ['.gitignore', 'README.md', 'src/a.ts', 'LICENSE', 'package.json'];
    const change = { changed: 'LICENSE', deleted: 'README.md', added: 'demo-5.txt' };
    expect(chooseDemoChange(paths)).toEqual(change);
    expect(chooseDemoChange(paths.toReversed())).toEqual(change);
  });

  it('refuses a repository that has too few', () => {
    expect(() => chooseDemoChange(['README.md', 'src/a.ts'])).toThrow('two files at its top');
  });
});

describe('compareInodes', () => {
  it('tells written files from untouched ones by their inode', () => {
    const before = new Map([
      ['changed', 1n],
      ['deleted', 2n],
      ['kept', 3n],
    ]);
    const after = new Map([
      ['kept', 3n],
      ['changed', 4n],
      ['added', 2n],
    ]);
    expect(compareInodes(before, after)).toEqual({ written: ['added', 'changed'], removed: ['deleted'], kept: 1 });
  });

  it('reads the tree behind ..data, links and folders included', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'drover-tree-'));
    for (const name of ['one', 'two']) await mkdir(join(directory, name, 'folder'), { recursive: true });
    await writeFile(join(directory, 'one', 'folder', 'same'), 'same');
    await link(join(directory, 'one', 'folder', 'same'), join(directory, 'two', 'folder', 'same'));
    await symlink('folder/same', join(directory, 'two', 'pointer'));
    await symlink('one', join(directory, '..data'));
    const before = await readInodes(directory);
    await rm(join(directory, '..data'));
    await symlink('two', join(directory, '..data'));
    expect(compareInodes(before, await readInodes(directory))).toEqual({ written: ['pointer'], removed: [], kept: 1 });
    await rm(directory, { recursive: true });
  });
});

describe('isPublished', () => {
  const volume = (generation: number, revision: string, status: string): DemoVolume =>
    ({
      metadata: { uid: 'u', generation },
      status: { published: { revision }, conditions: [{ type: 'Ready', status, observedGeneration: 3 }] },
    }) as unknown as DemoVolume;

  it.each([
    ['published and ready', volume(3, 'new', 'True'), true],
    ['another revision', volume(3, 'old', 'True'), false],
    ['not ready', volume(3, 'new', 'False'), false],
    ['ready for an older spec', volume(4, 'new', 'True'), false],
    ['nothing known yet', { metadata: { uid: 'u', generation: 1 } }, false],
  ])('%s: %#', (_case, given, expected) => {
    expect(isPublished(given, 'new')).toBe(expected);
  });
});
