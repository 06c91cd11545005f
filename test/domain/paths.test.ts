import { describe, expect, it } from '@jest/globals';
import { isCleanPath, linkEscapes } from '../../domain/paths.js';

describe('linkEscapes', () => {
  it.each([
    ['link', 'file'],
    ['link', './file'],
    ['link', 'dir/file'],
    ['link', '.'],
    ['dir/link', '../file'],
    ['dir/link', '..'],
    ['a/b/link', '../../file'],
    ['a/b/link', '../..//c'],
    ['link', 'dangling'],
    ['link', '...'],
  ])('stays inside: %s -> %s', (path, target) => {
    expect(linkEscapes(path, target)).toBe(false);
  });

  it.each([
    ['link', '/etc/passwd'],
    ['link', '..'],
    ['link', '../file'],
    ['dir/link', '../../file'],
    ['a/b/link', '../../../x'],
    ['link', './../x'],
    // `dir` may itself be a link, so that its parent is not the root of the tree.
    ['link', 'dir/../file'],
    ['dir/link', '../other/../x'],
  ])('may lead out: %s -> %s', (path, target) => {
    expect(linkEscapes(path, target)).toBe(true);
  });
});

describe('isCleanPath', () => {
  it.each(['a', 'a/b c/.d', '...', '-x', 'ü'])('%j is clean', (path) => {
    expect(isCleanPath(path)).toBe(true);
  });

  it.each(['', '/a', 'a/', 'a//b', '.', '..', 'a/../b', './a', 'a\nb', 'a\u007f'])('%j is not', (path) => {
    expect(isCleanPath(path)).toBe(false);
  });
});
