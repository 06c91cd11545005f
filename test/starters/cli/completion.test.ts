import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { execFileSync } from 'node:child_process';
import { complete, completionScript } from '../../../starters/cli/completion.js';

const program = new Command('drover').option('--json').option('--kubeconfig <file>');
program.command('get [volume]').option('-n, --namespace <name>');
program.command('history <volume>').option('--limit <count>');
program.command('completion <shell>');
program.command('complete [words...]', { hidden: true });

const listVolumes = async (): Promise<string[]> => ['web/site', 'web/docs', 'shared'];

describe('complete', () => {
  it.each<[string[], string[]]>([
    [[''], ['get', 'history', 'completion', 'help']],
    [['h'], ['history', 'help']],
    [['--j'], ['--json']],
    [
      ['history', ''],
      ['web/site', 'web/docs', 'shared'],
    ],
    [
      ['history', 'web/'],
      ['web/site', 'web/docs'],
    ],
    [['--kubeconfig', 'file', 'get', 'sh'], ['shared']],
    [['history', '--l'], ['--limit']],
    [['completion', ''], []],
  ])('%j may become %j', async (words, expected) => {
    expect(await complete(program, words, listVolumes)).toEqual(expected);
  });
});

describe('the script', () => {
  it('is valid bash, and asks the program', () => {
    const script = completionScript('bash');

    // A stand-in for the program, which says what it was asked.
    const session = `drover() { printf '%s\\n' "$@"; }\n${script}\nCOMP_WORDS=(drover history web/); COMP_CWORD=2; _drover; printf '%s|' "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', session], { encoding: 'utf8' })).toBe('complete|--|history|web/|');
  });

  it.each(['zsh', 'fish'])('is there for %s', (shell) => {
    expect(completionScript(shell)).toContain('drover complete --');
  });

  it('is not there for other shells', () => {
    expect(() => completionScript('tcsh')).toThrow('"tcsh" is not one of bash, zsh, fish');
  });
});
