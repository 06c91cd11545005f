import { describe, expect, it } from '@jest/globals';
import { readSelection, wantedWithin } from '../../../sources/git/selection.js';
import { variantOf } from '../../../sources/git/variant.js';

const select = (subPath?: string, ...sparsePaths: string[]) =>
  readSelection({ ...(subPath !== undefined && { subPath }), ...(sparsePaths.length > 0 && { sparsePaths }) });

describe('readSelection', () => {
  it.each<[string, string[], string[]]>([
    ['', [], ['']],
    ['docs', [], ['docs']],
    ['', ['docs', 'a.txt'], ['a.txt', 'docs']],
    ['', ['docs/en', 'docs', 'docs', 'docs-2'], ['docs', 'docs-2']],
    ['docs', ['docs/en'], ['docs/en']],
    ['docs/en', ['docs'], ['docs/en']],
    ['docs', ['docs', 'docs/en'], ['docs']],
  ])('of %j and %j wants %j', (subPath, sparsePaths, wanted) => {
    expect(select(subPath, ...sparsePaths).wanted).toEqual(wanted);
  });

  it('names what must be there, and the field', () => {
    expect(select('docs/', 'docs/en').named).toEqual([
      { field: 'source.git.subPath', path: 'docs' },
      { field: 'source.git.sparsePaths', path: 'docs/en' },
    ]);
  });

  it('refuses paths that have nothing in common with the sub-path', () => {
    expect(() => select('docs', 'docs/en', 'docs-2')).toThrow(
      expect.objectContaining({ reason: 'InvalidSpec', message: expect.stringContaining('"docs-2"') }),
    );
  });
});

describe('wantedWithin', () => {
  it.each<[string, string[]]>([
    ['', ['docs/en', 'lib']],
    ['docs', ['en']],
    ['docs/en', ['']],
    ['docs/en/deeper', ['']],
    ['lib', ['']],
    ['li', []],
    ['src', []],
  ])('in %j is %j', (part, expected) => {
    expect(wantedWithin(select(undefined, 'docs/en', 'lib'), part)).toEqual(expected);
  });

  it('is everything of every part when nothing is selected', () => {
    expect(wantedWithin(select(), '')).toEqual(['']);
    expect(wantedWithin(select(), 'lib')).toEqual(['']);
  });
});

describe('variantOf', () => {
  it('is the sub-path alone where nothing else is set, as in snapshots that were published before', () => {
    expect(variantOf({}, select())).toBe('');
    expect(variantOf({}, select('/docs/'))).toBe('docs');
  });

  it('differs for everything that decides the tree, and not for the order of paths', () => {
    const variants = [
      variantOf({}, select('a')),
      variantOf({ submodules: 'Direct' }, select('a')),
      variantOf({ submodules: 'Recursive' }, select('a')),
      variantOf({ sparsePaths: ['a/b', 'a/c'] }, select('a', 'a/b', 'a/c')),
      variantOf({ sparsePaths: ['a/b'] }, select('a', 'a/b')),
      variantOf({ sparsePaths: ['a/b'] }, select('', 'a/b')),
      variantOf({ submodules: 'Direct', sparsePaths: ['a/b'] }, select('a', 'a/b')),
    ];
    expect(new Set(variants).size).toBe(variants.length);
    expect(variantOf({ sparsePaths: ['a/c', 'a/b'] }, select('a', 'a/c', 'a/b'))).toBe(variants[3]);
  });
});
