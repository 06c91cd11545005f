import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { Preview } from '../../../domain/preview.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import { apply } from '../../../starters/cli/commands/apply.js';
import { approve } from '../../../starters/cli/commands/approve.js';
import { diff } from '../../../starters/cli/commands/diff.js';
import { VOLUME } from '../../activities/fakes.js';
import { createFakeSession, type FakeSession } from './fakeSession.js';
import { HEALTHY, REVISION, site } from './volumes.js';

const PLAN = `sha256:${'1'.repeat(64)}`;
const OTHER_PLAN = `sha256:${'2'.repeat(64)}`;
const NEXT = 'b'.repeat(40);

const PREVIEW: Preview = {
  revision: NEXT,
  plan: PLAN,
  from: REVISION,
  delta: { files: 8, bytes: 80, added: 1, changed: 1, deleted: 1, bytesToWrite: 30 },
  bytesToDelete: 5,
  changes: [
    { kind: 'added', path: 'a', bytes: 10 },
    { kind: 'changed', path: 'b', bytes: 20 },
    { kind: 'deleted', path: 'c', bytes: 5 },
  ],
  isComplete: true,
};

/** A session in which a preview has this answer. */
function answering(answer: unknown, volume: VolumeObject = site()): FakeSession {
  const fake = createFakeSession(volume);
  fake.temporal.answer = answer;
  return fake;
}

describe('diff', () => {
  it('lists what would change, the plan, and how to publish exactly that', async () => {
    const { session, io, temporal } = answering(PREVIEW);

    const { text, json } = await diff(session, 'demo/site', { limit: '50', after: 'x' }, io);

    expect(json).toEqual(PREVIEW);
    expect(text.split('\n')).toEqual([
      `demo/site: ${REVISION.slice(0, 12)} -> ${NEXT}`,
      '+ a  10',
      '~ b  20',
      '- c  5',
      '1 added, 1 changed, 1 deleted; 30 bytes to write, 5 to delete; 8 files with 80 bytes in the end',
      `Plan ${PLAN}`,
      `To publish exactly this: drover apply demo/site --plan ${PLAN}`,
    ]);
    expect(temporal.calls).toEqual([
      [
        'start',
        'previewSync',
        expect.objectContaining({
          workflowId: expect.stringMatching(/^preview\/demo\/site\/11111111\/[0-9a-f]{8}$/),
          args: [{ volume: VOLUME, exportName: 'local', limit: 50, after: 'x' }],
        }),
      ],
    ]);
  });

  it('says what would hold the sync, and where to go on reading', async () => {
    const veto = { reason: 'DeleteLimitExceeded', message: '12 of 20' } as const;
    const { session, io } = answering({ ...PREVIEW, isComplete: false, veto });

    const { text } = await diff(session, 'demo/site', { limit: '3' }, io);

    expect(text).toContain("and more: --limit, or --after 'c'");
    expect(text).toContain('Would be held: DeleteLimitExceeded: 12 of 20');
  });

  it('says when there is nothing to do', async () => {
    const { plan: _, ...published } = PREVIEW;
    const { session, io } = answering(published);

    expect((await diff(session, 'demo/site', { limit: '3' }, io)).text).toBe(
      `demo/site: revision ${NEXT} is published already.`,
    );
  });

  it('names the reason when there is no answer', async () => {
    const cause = ApplicationFailure.nonRetryable('the server says no', 'AuthFailed');
    const { session, io } = answering(new WorkflowFailedError('failed', cause, 'NON_RETRYABLE_FAILURE'));

    await expect(diff(session, 'demo/site', { limit: '3' }, io)).rejects.toMatchObject({
      message: expect.stringMatching(/AuthFailed: the server says no\. To do \(volume owner\)/),
      exitCode: 4,
    });
  });

  it.each(['0', '1001', '1.5', 'many'])('refuses --limit %s', async (limit) => {
    const { session, io } = answering(PREVIEW);

    await expect(diff(session, 'demo/site', { limit }, io)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('needs an export to ask', async () => {
    const { session, io } = answering(PREVIEW, site({}));

    await expect(diff(session, 'demo/site', { limit: '3' }, io)).rejects.toMatchObject({ exitCode: 4 });
  });
});

describe('apply', () => {
  const tokenOf = ({ kube }: FakeSession): string => {
    const metadata = kube.patches[0]?.body['metadata'] as VolumeObject['metadata'] | undefined;
    return metadata?.annotations?.['drover.io/sync-requested'] ?? '';
  };

  /** Answers the request as soon as somebody waits for it. */
  function answered(result: string, revision: string): FakeSession {
    const fake = answering(PREVIEW);
    const sleep = async (): Promise<void> => {
      const lastSync = { startTime: '', result, revision, message: 'why', reason: 'PlanChanged' };
      fake.put(site({ ...HEALTHY, lastSync, lastHandledSyncRequest: tokenOf(fake) }));
    };
    return { ...fake, io: { ...fake.io, sleep } };
  }

  it('asks for exactly the plan that was shown, and waits for it', async () => {
    const fake = answered('Published', NEXT);

    const { exitCode, text } = await apply(fake.session, 'demo/site', { plan: PLAN }, fake.io);

    expect(tokenOf(fake)).toMatch(new RegExp(`^plan:${PLAN}:[0-9a-f]{8}$`));
    expect([exitCode, text]).toEqual([undefined, expect.stringContaining('Published')]);
  });

  it.each([
    ['refused it since the source had moved on', 'Aborted', NEXT],
    ['found it published', 'Unchanged', NEXT],
    ['published something else for somebody else', 'Published', REVISION],
  ])('fails when the run %s', async (_name, result, revision) => {
    const fake = answered(result, revision);

    expect(await apply(fake.session, 'demo/site', { plan: PLAN }, fake.io)).toMatchObject({ exitCode: 4 });
  });

  it('changes nothing when the plan is another one by now', async () => {
    const fake = answering({ ...PREVIEW, plan: OTHER_PLAN });

    await expect(apply(fake.session, 'demo/site', { plan: PLAN }, fake.io)).rejects.toMatchObject({
      message: expect.stringContaining(OTHER_PLAN),
      exitCode: 4,
    });
    expect(fake.kube.patches).toEqual([]);
  });

  it.each(['', 'sha256:12', 'latest'])('refuses --plan "%s"', async (plan) => {
    const { session, io } = answering(PREVIEW);

    await expect(apply(session, 'demo/site', { plan }, io)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('refuses a paused volume', async () => {
    const { session, io } = answering(PREVIEW, site(HEALTHY, { paused: true }));

    await expect(apply(session, 'demo/site', { plan: PLAN }, io)).rejects.toThrow(/is paused/);
  });
});

describe('approve', () => {
  const held = site({ ...HEALTHY, pendingPlan: { digest: PLAN, revision: NEXT, added: 0, changed: 2, deleted: 12 } });

  it.each([[{}], [{ plan: PLAN }]])('writes the digest of the plan that waits: %j', async (options) => {
    const { session, io, kube } = createFakeSession(held);

    const { text } = await approve(session, 'demo/site', options, io);

    expect(kube.patches).toMatchObject([{ body: { metadata: { annotations: { 'drover.io/approved-plan': PLAN } } } }]);
    expect(text).toContain('0 added, 2 changed, 12 deleted');
  });

  it('approves nothing when another plan waits', async () => {
    const { session, io, kube } = createFakeSession(held);

    await expect(approve(session, 'demo/site', { plan: OTHER_PLAN }, io)).rejects.toMatchObject({ exitCode: 4 });
    expect(kube.patches).toEqual([]);
  });

  it('says when nothing waits', async () => {
    const { session, io } = createFakeSession(site());

    await expect(approve(session, 'demo/site', {}, io)).rejects.toMatchObject({ exitCode: 3 });
  });
});
