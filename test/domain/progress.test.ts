import { describe, expect, it } from '@jest/globals';
import { describeProgress, type Progress } from '../../domain/progress.js';

const VOLUME = { kind: 'SharedVolume', namespace: 'demo', name: 'site', uid: 'abcdef12-3456' } as const;

const PLAN = {
  digest: 'sha256:abc',
  revision: 'rev',
  delta: { files: 8, bytes: 80, added: 0, changed: 1, deleted: 12, bytesToWrite: 10 },
};

function page(change: Partial<Progress>): string {
  return describeProgress(VOLUME, { phase: 'Fetching', isPaused: false, ...change });
}

describe('describeProgress', () => {
  it('says where the run is', () => {
    const text = page({ trigger: 'source-changed', revision: 'abc', step: 'receiving', percent: 42 });

    expect(text).toContain('**Fetching** · demo/site');
    expect(text).toContain('Cause: source-changed');
    expect(text).toContain('Revision `abc`');
    expect(text).toContain('Step: receiving, 42 %');
  });

  it.each<[Partial<Progress>, string[]]>([
    [{}, ['pause', 'abort']],
    [{ isPaused: true }, ['resume', 'abort']],
    [{ phase: 'Stalled' }, ['retry', 'pause', 'abort']],
    [{ phase: 'AwaitingApproval', plan: PLAN }, ['approve', 'retry', 'pause', 'abort']],
  ])('gives the exact commands: %j', (change, verbs) => {
    const text = page(change);

    for (const verb of verbs) {
      expect(text).toContain(`npx drover ${verb} demo/site`);
      expect(text).toContain(`temporal workflow signal --workflow-id sync/demo/site/abcdef12 --name ${verb}`);
    }
    expect(text.match(/npx drover/g)).toHaveLength(verbs.length);
  });

  it('says what is wrong and who must do what', () => {
    const text = page({ phase: 'Stalled', lastError: { reason: 'NoSpace', message: 'no room' } });

    expect(text).toContain('**NoSpace**: no room');
    expect(text).toContain('To do (platform engineer): Free space');
  });

  it('says what would be done, and how exactly this is approved', () => {
    const text = page({ phase: 'AwaitingApproval', plan: PLAN });

    expect(text).toContain('Plan `sha256:abc`: 0 files added, 1 changed, 12 deleted; 8 in the end; 10 bytes to write');
    expect(text).toContain(`--name approve --input '"sha256:abc"'`);
  });

  it('says when an approval was for something else', () => {
    expect(page({ uselessApproval: 'sha256:old' })).toContain('An approval of `sha256:old` was left aside');
  });

  it('offers nothing once the run has ended', () => {
    expect(page({ phase: 'Published' })).not.toContain('npx drover');
  });
});
