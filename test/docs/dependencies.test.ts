import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const readRoot = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('docs/dependencies.md gives a reason for every direct dependency, and for no other', () => {
  const { dependencies, devDependencies } = JSON.parse(readRoot('package.json')) as Package;
  const explained = [...readRoot('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\|/gm)].map(([, name]) => name);

  expect(explained).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
});
