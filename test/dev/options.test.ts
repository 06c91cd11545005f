import { describe, expect, it } from '@jest/globals';
import { parseStartOptions } from '../../dev/options.js';

describe('parseStartOptions', () => {
  it.each([
    [[], { stateDir: '.drover', runsDemo: true, exitsAfterDemo: false }],
    [['--no-demo', '--state', '/s'], { stateDir: '/s', runsDemo: false, exitsAfterDemo: false }],
    [['--exit-after-demo'], { stateDir: '.drover', runsDemo: true, exitsAfterDemo: true }],
    [
      ['--external', '--context', 'staging'],
      { stateDir: '.drover', runsDemo: false, exitsAfterDemo: false, externalContext: 'staging' },
    ],
  ])('%j', (argv, expected) => {
    expect(parseStartOptions(argv)).toEqual(expected);
  });

  it.each([
    [['--external'], '--context NAME'],
    [['--context', 'staging'], '--external'],
    [['--no-demo', '--exit-after-demo'], 'needs the demo'],
    [['--external', '--context', 'staging', '--exit-after-demo'], 'needs the demo'],
  ])('refuses %j', (argv, message) => {
    expect(() => parseStartOptions(argv)).toThrow(message);
  });
});
