import { describe, expect, it } from '@jest/globals';
import { readControlConfig, readMoverConfig, type Environment } from '../../../workers/shared/config.js';

const MOVER = { DROVER_EXPORT_PATH: '/export' };

describe('the configuration', () => {
  it('has a default for everything but the path of the export', () => {
    expect(readMoverConfig(MOVER)).toMatchObject({
      DROVER_TEMPORAL_ADDRESS: '127.0.0.1:7233',
      DROVER_METRICS_ADDRESS: { host: '0.0.0.0', port: 8080 },
      DROVER_HEALTH_ADDRESS: { host: '0.0.0.0', port: 8081 },
      DROVER_EXPORT: 'local',
      DROVER_SNAPSHOT_GRACE: 120_000,
      DROVER_MOVER_SLOTS: 8,
      DROVER_ALLOW_FILE_SOURCES: false,
    });
    expect(readControlConfig({})).toMatchObject({ DROVER_EXPORTS: 'local' });
  });

  it('names every process differently by default, since two that share a name would both lead', () => {
    expect(readControlConfig({}).DROVER_IDENTITY).not.toBe(readControlConfig({}).DROVER_IDENTITY);
  });

  it.each<[string, string, string, unknown]>([
    ['an address', 'DROVER_METRICS_ADDRESS', '127.0.0.1:9090', { host: '127.0.0.1', port: 9090 }],
    ['a duration', 'DROVER_SNAPSHOT_GRACE', '1m30s', 90_000],
    ['a number', 'DROVER_MOVER_SLOTS', '3', 3],
    ['a switch', 'DROVER_ALLOW_FILE_SOURCES', 'true', true],
  ])('reads %s', (_name, variable, text, expected) => {
    expect(readMoverConfig({ ...MOVER, [variable]: text })).toMatchObject({ [variable]: expected });
  });

  it.each<[string, Environment, RegExp]>([
    ['a path that is missing', {}, /^ {2}DROVER_EXPORT_PATH: .*expected string/m],
    [
      'an address without a port',
      { ...MOVER, DROVER_HEALTH_ADDRESS: 'here' },
      /DROVER_HEALTH_ADDRESS: is not HOST:PORT/,
    ],
    ['a port that cannot be', { ...MOVER, DROVER_HEALTH_ADDRESS: ':70000' }, /DROVER_HEALTH_ADDRESS: has no port/],
    ['a duration that is none', { ...MOVER, DROVER_SNAPSHOT_GRACE: '1d' }, /DROVER_SNAPSHOT_GRACE: "1d" is not a dur/],
    ['too many slots', { ...MOVER, DROVER_MOVER_SLOTS: '1000' }, /DROVER_MOVER_SLOTS: .*64/],
    ['a format that is unknown', { ...MOVER, DROVER_LOG_FORMAT: 'xml' }, /DROVER_LOG_FORMAT: .*"json"\|"text"/],
    ['an empty name', { ...MOVER, DROVER_IDENTITY: '' }, /DROVER_IDENTITY: /],
  ])('refuses %s and names the variable', (_name, env, message) => {
    expect(() => readMoverConfig(env)).toThrow(message);
  });

  it('names all problems at once', () => {
    const message = /DROVER_METRICS_ADDRESS[^]*DROVER_EXPORT_PATH/;

    expect(() => readMoverConfig({ DROVER_METRICS_ADDRESS: 'x' })).toThrow(message);
  });
});
