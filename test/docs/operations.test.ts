import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FAILURES } from '../../domain/errors.js';
import { EXIT } from '../../starters/cli/exitCodes.js';

const readSource = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

/** Tables are padded for people; one blank between two words is enough to compare. */
const operations = readSource('docs/operations.md').replaceAll(/ +/g, ' ');

const findAll = (paths: readonly string[], pattern: RegExp): string[] => [
  ...new Set(paths.flatMap((path) => [...readSource(path).matchAll(pattern)].map(([, name = '']) => name))),
];

describe('docs/operations.md', () => {
  it.each(Object.entries(FAILURES))('says of %s who must act, what to do and whether it is retried', (reason, rule) => {
    const { actor, remedy, retry } = rule;

    expect(operations).toContain(`| \`${reason}\` | ${actor} | ${remedy} | ${retry ? 'yes' : 'no'} |`);
  });

  it.each(Object.entries(EXIT))('explains the exit code of %s', (_name, code) => {
    expect(operations).toMatch(new RegExp(`^\\| ${code} \\| \\w`, 'm'));
  });

  it('shows every command of the command line', () => {
    const commands = findAll(['starters/cli/main.ts'], /(?:\.command|volumeCommand)\('([a-z]+)/g);

    expect(commands).toContain('rollback');
    expect(
      commands.filter((name) => !operations.includes(`\`${name} `) && !operations.includes(`\`${name}\``)),
    ).toEqual([]);
  });

  it('lists every variable of the processes', () => {
    const variables = findAll(['workers/shared/config.ts'], /^ +(DROVER_[A-Z_]+):/gm);

    expect(variables).toContain('DROVER_EXPORT_PATH');
    expect(variables.filter((name) => !operations.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('lists every metric', () => {
    const metrics = findAll(['workers/shared/metrics.ts', 'workers/control/volumeMetrics.ts'], /'(drover_[a-z_]+)'/g);

    expect(metrics).toContain('drover_syncs_total');
    expect(metrics.filter((name) => !operations.includes(`| \`${name}\` |`))).toEqual([]);
  });
});
