import { describe, expect, it } from '@jest/globals';
import { isCommitId, refProblem } from '../../../sources/git/refName.js';
import { normalizeSubPath } from '../../../sources/git/subPath.js';
import { pathProblem } from '../../../sources/git/treePath.js';

describe('refProblem', () => {
  it.each(['main', 'feature/one', 'v1.0', 'refs/heads/main', 'HEAD', 'a@b', 'ünï', 'deadbee', '1.2.3-rc+4'])(
    'accepts %s',
    (ref) => {
      expect(refProblem(ref)).toBeUndefined();
    },
  );

  it.each([
    '',
    '-x',
    '--upload-pack=x',
    '@',
    'a@{1}',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    '[a',
    'a\\b',
    'a\nb',
    'a\u007f',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a.',
    'x'.repeat(1025),
  ])('refuses %j', (ref) => {
    expect(refProblem(ref)).toBeDefined();
  });
});

describe('isCommitId', () => {
  it.each([
    ['a'.repeat(40), true],
    ['A'.repeat(40), true],
    ['a'.repeat(39), false],
    ['g'.repeat(40), false],
    ['a'.repeat(64), false],
  ])('%s is %s', (ref, expected) => {
    expect(isCommitId(ref)).toBe(expected);
  });
});

describe('normalizeSubPath', () => {
  it.each([
    [undefined, ''],
    ['', ''],
    ['.', ''],
    ['/', ''],
    ['docs', 'docs'],
    ['./docs/', 'docs'],
    ['/docs//en/./', 'docs/en'],
    ['-x', '-x'],
  ])('%j is %j', (subPath, expected) => {
    expect(normalizeSubPath(subPath)).toBe(expected);
  });

  it.each(['..', 'a/../b', 'a\nb', 'a\u0000'])('refuses %j', (subPath) => {
    expect(() => normalizeSubPath(subPath)).toThrow(/^source\.git\.subPath /);
  });
});

describe('pathProblem', () => {
  it.each([
    'a',
    'a/b c/ü',
    '.gitignore',
    '.github/x',
    'git~2',
    'a.git',
    '...',
    '-rf',
    'x'.repeat(255),
    'ä'.repeat(127),
  ])('accepts %s', (path) => {
    expect(pathProblem(path)).toBeUndefined();
  });

  it.each([
    '',
    '/a',
    'a//b',
    'a/',
    '.',
    '..',
    'a/../b',
    'a/.',
    '.git',
    '.GIT/config',
    'a/.Git',
    'git~1',
    'GIT~1/x',
    '.git ',
    '.git.',
    '.git . .',
    '.git::$INDEX_ALLOCATION',
    '.git\\x',
    'a\0b',
    'x'.repeat(256),
    'ä'.repeat(128),
    `${'d/'.repeat(2048)}x`,
  ])('refuses %j', (path) => {
    expect(pathProblem(path)).toBeDefined();
  });
});
