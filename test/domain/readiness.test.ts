import { describe, expect, it } from '@jest/globals';
import type { Condition, SharedVolumeStatus } from '../../domain/generated/sharedVolume.js';
import { derivePhase, deriveReady } from '../../domain/readiness.js';

/** Conditions as `Type=Status:Reason`. */
function status(...texts: string[]): SharedVolumeStatus {
  return {
    conditions: texts.map((text) => {
      const [type = '', value = '', reason = ''] = text.split(/[=:]/);
      return { type, status: value as Condition['status'], reason, message: `about ${type}`, lastTransitionTime: '' };
    }),
  };
}

const LIVE = { isPaused: false, isDeleting: false };

describe('deriveReady', () => {
  it.each<[string, SharedVolumeStatus, string, string]>([
    ['nothing known', {}, 'False', 'NothingPublished'],
    ['data is there', status('Published=True:Published'), 'True', 'DataPublished'],
    [
      'data is there, the source is not',
      status('Published=True:P', 'SourceReachable=False:X'),
      'True',
      'DataPublished',
    ],
    ['data is there, a run waits', status('Published=True:P', 'Stalled=True:NoSpace'), 'True', 'DataPublished'],
    ['the spec is refused', status('Reconciled=False:InvalidSpec', 'Stalled=True:X'), 'False', 'InvalidSpec'],
    ['a run waits', status('Published=False:N', 'Stalled=True:AuthFailed'), 'False', 'AuthFailed'],
    ['the source is not there', status('SourceReachable=False:HostNotFound'), 'False', 'HostNotFound'],
    ['the first sync works', status('Synced=Unknown:Syncing'), 'False', 'NothingPublished'],
  ])('%s', (_name, input, expected, reason) => {
    expect(deriveReady(input)).toMatchObject({ type: 'Ready', status: expected, reason });
  });
});

describe('derivePhase', () => {
  it.each<[string, SharedVolumeStatus, Parameters<typeof derivePhase>[1], string]>([
    ['new', {}, LIVE, 'Pending'],
    ['syncing for the first time', status('Synced=Unknown:Syncing'), LIVE, 'Preparing'],
    ['published', status('Published=True:P'), LIVE, 'Ready'],
    ['published and stalled', status('Published=True:P', 'Stalled=True:X'), LIVE, 'Stalled'],
    ['paused', status('Published=True:P'), { ...LIVE, isPaused: true }, 'Paused'],
    ['being deleted', status('Published=True:P'), { ...LIVE, isDeleting: true }, 'Deleting'],
    ['refused', status('Reconciled=False:InvalidSpec', 'Published=True:P'), LIVE, 'Error'],
    ['unreachable without data', status('SourceReachable=False:X'), LIVE, 'Error'],
  ])('%s', (_name, input, flags, expected) => {
    expect(derivePhase(input, flags)).toBe(expected);
  });
});
