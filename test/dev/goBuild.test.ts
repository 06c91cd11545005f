import { describe, expect, it } from '@jest/globals';
import { composeGoMod } from '../../dev/goBuild.js';

const UPSTREAM = `module example.com/cluster

go 1.26.0

replace example.com/single => ./staging/src/example.com/single

replace (
	example.com/api => ./staging/src/example.com/api
	example.com/fork => example.com/other v1.0.0
)
`;

describe('composeGoMod', () => {
  const build = { module: 'example.com/cluster', moduleVersion: 'v1.36.3', package: 'example.com/cluster/cmd/server' };

  it('requires the module with its own Go version', () => {
    expect(composeGoMod(build, 'module m\n\ngo 1.22\n')).toBe(
      'module drover.local/build\ngo 1.22\nrequire example.com/cluster v1.36.3\n',
    );
  });

  it('repeats replacements by sub-directories with the published version', () => {
    const lines = composeGoMod({ ...build, stagingVersion: 'v0.36.3' }, UPSTREAM).split('\n');
    expect(lines.filter((line) => line.startsWith('replace'))).toEqual([
      'replace example.com/single => example.com/single v0.36.3',
      'replace example.com/api => example.com/api v0.36.3',
    ]);
  });
});
