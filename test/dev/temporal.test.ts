import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { startDevArguments } from '../../dev/temporal.js';
import { parseTemporalSettings } from '../../dev/temporalSettings.js';

const VALID = `
ip: 127.0.0.1
port: 7233
uiPort: 8233
namespace: default
retentionDays: 30
searchAttributes: { Phase: Keyword, Files: Int }
dynamicConfig: { history.rate: 2000, frontend.on: true, some.text: 'x' }
sqlitePragmas: { journal_mode: WAL }
`;

describe('temporal-dev.yaml', () => {
  it('becomes the arguments of the dev server', () => {
    const place = { port: 1, uiPort: 2, databasePath: '/state/temporal.db' };
    expect(startDevArguments(parseTemporalSettings(VALID), place).join(' ')).toBe(
      [
        'server start-dev --disable-config-file --disable-config-env --ip 127.0.0.1 --port 1 --ui-port 2',
        '--namespace default --db-filename /state/temporal.db',
        '--search-attribute Phase=Keyword --search-attribute Files=Int',
        '--dynamic-config-value history.rate=2000 --dynamic-config-value frontend.on=true',
        '--dynamic-config-value some.text="x" --sqlite-pragma journal_mode=WAL',
      ].join(' '),
    );
  });

  it.each([
    ['an unknown field', `${VALID}uiport: 1\n`, 'uiport'],
    ['an unknown type of attribute', VALID.replace('Int', 'Integer'), 'searchAttributes.Files'],
    ['a port that is none', VALID.replace('7233', '72330'), 'port'],
    ['a name in place of an address', VALID.replace('127.0.0.1', 'localhost'), 'ip'],
  ])('is refused with %s', (_case, text, field) => {
    expect(() => parseTemporalSettings(text)).toThrow(field);
  });

  it('is valid as it lies in this repository, and names only loopback', async () => {
    const settings = parseTemporalSettings(await readFile('temporal-dev.yaml', 'utf8'));
    expect(settings).toMatchObject({ ip: '127.0.0.1', namespace: 'default', retentionDays: 30 });
    expect(Object.keys(settings.searchAttributes)).toHaveLength(5);
    expect(Object.values(settings.dynamicConfig)).toEqual([2000, 2000, 2000, 2000]);
  });
});
