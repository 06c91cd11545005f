import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRelativeUrl, resolveModuleUrl } from '../../../sources/git/moduleUrl.js';
import { git } from '../../doubles/git/repository.js';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-module-url-'));
  git(dir, 'init', '--quiet');
  git(dir, 'remote', 'add', 'origin', 'https://h/x');
  git(dir, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`);
});

afterAll(() => rmSync(dir, { recursive: true }));

/** What git itself makes of it. */
function askGit(parent: string, url: string): string {
  git(dir, 'config', 'remote.origin.url', parent);
  git(dir, 'config', '-f', '.gitmodules', 'submodule.lib.path', 'lib');
  git(dir, 'config', '-f', '.gitmodules', 'submodule.lib.url', url);
  git(dir, 'submodule', 'init');
  const made = git(dir, 'config', 'submodule.lib.url');
  git(dir, 'config', '--unset', 'submodule.lib.url');
  return made;
}

it.each([
  ['https://h/team/super.git', '../lib.git', 'https://h/team/lib.git'],
  ['https://h/team/super.git/', '../lib.git', 'https://h/team/lib.git'],
  ['https://h/team/super.git', '../../other/lib.git', 'https://h/other/lib.git'],
  ['https://h/team/super.git', './lib.git', 'https://h/team/super.git/lib.git'],
  ['https://h/team/super.git', './../lib.git/', 'https://h/team/lib.git'],
  ['https://h/team/super.git', '../../.././lib.git', 'https://lib.git'],
  ['https://h/team/super.git', './', 'https://h/team/super.git/'],
  ['git@h:team/super.git', '../lib.git', 'git@h:team/lib.git'],
  ['git@h:team/super.git', '../../lib.git', 'git@h:lib.git'],
  ['git@h:super.git', '../lib.git', 'git@h:lib.git'],
  ['ssh://git@h:2222/team/super.git', '../lib', 'ssh://git@h:2222/team/lib'],
  ['file:///srv/super.git', '../lib.git', 'file:///srv/lib.git'],
])('%s with %s is %s', (parent, url, expected) => {
  expect(isRelativeUrl(url)).toBe(true);
  expect(resolveModuleUrl(parent, url)).toBe(expected);
  expect(askGit(parent, url)).toBe(expected);
});

it.each(['https://h/x', 'h:../x', '..', '.', '.../x', '/x', ''])('%j is not relative', (url) => {
  expect(isRelativeUrl(url)).toBe(false);
});
