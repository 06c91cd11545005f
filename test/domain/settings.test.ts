import { describe, expect, it } from '@jest/globals';
import type { SharedVolumeSpec } from '../../domain/generated/sharedVolume.js';
import { inlineSecrets, readSettings } from '../../domain/settings.js';

const URL = 'https://git.example.com/site.git';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

function spec(change: Partial<SharedVolumeSpec> = {}): SharedVolumeSpec {
  return { mountPath: '/srv/site', source: { git: { url: URL } }, ...change };
}

describe('readSettings', () => {
  it('fills every default in', () => {
    expect(readSettings(spec())).toEqual({
      ok: true,
      settings: {
        source: { type: 'git', url: URL, depth: 1 },
        checks: { type: 'interval', intervalMs: 60_000 },
        gates: { allowEmpty: false, requiredFiles: [], requireApproval: false },
        timeoutMs: 600_000,
        paused: false,
        retain: 3,
        deletionPolicy: 'Delete',
      },
    });
  });

  it('takes what is given', () => {
    const given = spec({
      source: {
        git: { url: URL, ref: 'v1', depth: 0, subPath: 'public', sparsePaths: ['public/a'], submodules: 'Direct' },
      },
      syncInterval: '1h30m',
      syncTimeout: '5s',
      gates: {
        allowEmpty: true,
        maxDeletePercent: 50,
        maxDeleteFiles: 0,
        maxBytes: '10Gi',
        requiredFiles: ['index.html'],
        requireApproval: true,
      },
      paused: true,
      pin: COMMIT,
      retain: 7,
      deletionPolicy: 'Retain',
    });

    expect(readSettings(given)).toEqual({
      ok: true,
      settings: {
        source: {
          type: 'git',
          url: URL,
          ref: 'v1',
          depth: 0,
          subPath: 'public',
          sparsePaths: ['public/a'],
          submodules: 'Direct',
        },
        checks: { type: 'interval', intervalMs: 5_400_000 },
        gates: {
          allowEmpty: true,
          maxDeletePercent: 50,
          maxDeleteFiles: 0,
          maxBytes: 10 * 2 ** 30,
          requiredFiles: ['index.html'],
          requireApproval: true,
        },
        timeoutMs: 5_000,
        paused: true,
        pin: COMMIT,
        retain: 7,
        deletionPolicy: 'Retain',
      },
    });
  });

  it.each<[string, NonNullable<SharedVolumeSpec['schedule']>, object]>([
    [
      'as given',
      { cron: '30 3 * * *', timeZone: 'Europe/Berlin', jitter: '5m' },
      { timeZone: 'Europe/Berlin', jitterMs: 300_000 },
    ],
    ['in UTC and on time by default', { cron: '30 3 * * *' }, { timeZone: 'UTC', jitterMs: 0 }],
  ])('takes a schedule %s', (_name, schedule, expected) => {
    expect(readSettings(spec({ schedule }))).toMatchObject({
      settings: { checks: { type: 'cron', cron: '30 3 * * *', ...expected } },
    });
  });

  it('takes what says the default as what says nothing', () => {
    const given = spec({ source: { git: { url: URL, branch: '', subPath: '', sparsePaths: [], submodules: 'None' } } });

    expect(readSettings(given)).toEqual(readSettings(spec()));
  });

  it.each<[string, Partial<SharedVolumeSpec>, RegExp]>([
    ['an interval beside a schedule', { syncInterval: '5m', schedule: { cron: '@daily' } }, /exclude each other/],
    ['a jitter that is no duration', { schedule: { cron: '@daily', jitter: '1d' } }, /spec\.schedule\.jitter "1d"/],
    ['a jitter of more than a day', { schedule: { cron: '@daily', jitter: '25h' } }, /spec\.schedule\.jitter "25h"/],
    ['a size that is no quantity', { gates: { maxBytes: '10GB' } }, /spec\.gates\.maxBytes "10GB"/],
    [
      'a sparse path that climbs',
      { source: { git: { url: URL, sparsePaths: ['a', '../b'] } } },
      /sparsePaths "\.\.\/b"/,
    ],
    [
      'too many sparse paths',
      { source: { git: { url: URL, sparsePaths: Array.from({ length: 65 }, (_, index) => `p${index}`) } } },
      /sparsePaths has 65 paths; at most 64/,
    ],
    ['two sources', { source: { git: { url: URL }, http: { url: 'http://x' } } }, /git and http/],
    ['an empty URL', { source: { git: { url: ' ' } } }, /spec\.source\.git\.url/],
    ['branch and ref', { source: { git: { url: URL, branch: 'a', ref: 'b' } } }, /exclude each other/],
    ['an interval in days', { syncInterval: '1d' }, /spec\.syncInterval "1d"/],
    ['an interval below the least', { syncInterval: '4s' }, /spec\.syncInterval "4s"/],
    ['an interval without a unit', { syncInterval: '60' }, /spec\.syncInterval "60"/],
    ['a time-out of nothing', { syncTimeout: '0s' }, /spec\.syncTimeout "0s"/],
    ['nothing to retain', { retain: 0 }, /spec\.retain 0/],
    ['too much to retain', { retain: 51 }, /spec\.retain 51/],
    ['a pin that is no full commit', { pin: '0123abc' }, /spec\.pin "0123abc"/],
  ])('refuses %s, naming field and value', (_name, change, message) => {
    expect(readSettings(spec(change))).toEqual({
      ok: false,
      reason: 'InvalidSpec',
      message: expect.stringMatching(message),
    });
  });

  it.each<[string, Partial<SharedVolumeSpec>, RegExp]>([
    ['ssh', { source: { ssh: { host: 'h', path: '/x' } } }, /spec\.source\.ssh/],
    ['http', { source: { http: { url: 'http://x' } } }, /spec\.source\.http/],
    ['s3', { source: { s3: { endpointUrl: 'http://x', bucketName: 'b', region: 'r' } } }, /spec\.source\.s3/],
    ['no source', { source: {} }, /without a source/],
    ['ReadWrite', { storage: { capacity: '1Gi', accessMode: 'ReadWrite' } }, /ReadWrite/],
    ['a server of its own', { nfsServer: { url: 'nfs.example.com' } }, /nfsServer/],
  ])('says that %s is not supported yet', (_name, change, message) => {
    expect(readSettings(spec(change))).toEqual({
      ok: false,
      reason: 'NotYetSupported',
      message: expect.stringMatching(message),
    });
  });
});

describe('inlineSecrets', () => {
  it('names each field, never its value', () => {
    const given = spec({ source: { git: { url: URL, user: 'me', password: 'hunter2', privateKey: 'a2V5' } } });

    expect(inlineSecrets(given)).toEqual(['spec.source.git.password', 'spec.source.git.privateKey']);
  });

  it('finds none where Secrets are referenced', () => {
    const given = spec({ source: { git: { url: URL, user: 'me', passwordFromSecret: { name: 's', key: 'k' } } } });

    expect(inlineSecrets(given)).toEqual([]);
  });
});
