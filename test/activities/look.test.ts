import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lookAtSource, type Look } from '../../activities/look.js';
import { DroverError } from '../../domain/errors.js';
import { volumeDirectory } from '../../domain/volume.js';
import { volumeLayout } from '../../snapshots/layout.js';
import { claimDirectory } from '../../snapshots/marker.js';
import { recordRefusal } from '../../snapshots/refusal.js';
import { createMoverSetup, found, gitVolume, VOLUME, type MoverSetup } from './fakes.js';

const REVISION = '1'.repeat(40);

let setup: MoverSetup;
beforeEach(async () => {
  setup = await createMoverSetup();
  setup.source.head = REVISION;
});
afterEach(() => setup.remove());

function look(signal = new AbortController().signal, timeoutMs?: number): Promise<Look> {
  return lookAtSource(setup.ports, gitVolume(), signal, timeoutMs);
}

/** A source that answers only when it is told to stop. */
function hang(): void {
  setup.source.resolve = ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
}

describe('lookAtSource', () => {
  it('finds what is not published', async () => {
    expect(await look()).toEqual(found('changed', REVISION));
  });

  it('leaves alone what a run gave up on, until something changes', async () => {
    const layout = volumeLayout(setup.ports.exportPath, volumeDirectory(VOLUME));
    await claimDirectory(layout, VOLUME.uid, false);
    await recordRefusal(layout, { revision: REVISION, generation: 1, credentialsVersion: '' });

    expect(await look()).toEqual(found('unchanged', REVISION));

    setup.source.head = '2'.repeat(40);
    expect(await look()).toMatchObject({ kind: 'changed' });
  });

  it('leaves alone a directory of somebody else', async () => {
    await claimDirectory(volumeLayout(setup.ports.exportPath, volumeDirectory(VOLUME)), 'another', false);

    expect(await look()).toEqual(found('unchanged', REVISION));
  });

  it.each([
    ['5-1 * * * *', undefined, /5-1/],
    ['0 0 31 2 *', undefined, /never comes/],
    ['@daily', 'Mars/Olympus', /Mars\/Olympus/],
  ])('says that the schedule %s in %s cannot be used', async (cron, timeZone, message) => {
    const schedule = { cron, ...(timeZone !== undefined && { timeZone }) };

    const found = await lookAtSource(setup.ports, gitVolume({ schedule }), new AbortController().signal);

    expect(found).toMatchObject({ error: { reason: 'InvalidSpec', message: expect.stringMatching(message) } });
  });

  it('names what is wrong', async () => {
    setup.source.failure = new DroverError('AuthFailed', 'no');

    expect(await look()).toMatchObject({ kind: 'failed', error: { reason: 'AuthFailed' } });
  });

  it('takes a source that does not answer for unreachable', async () => {
    hang();

    expect(await look(undefined, 20)).toMatchObject({
      kind: 'failed',
      error: { reason: 'SourceUnreachable', message: 'the source did not answer within 0.02 s' },
    });
  });

  it('ends when the poller ends, also before it began', async () => {
    hang();
    const stop = new AbortController();
    const looking = look(stop.signal);
    stop.abort();

    expect(await looking).toEqual({ kind: 'ended' });
    expect(await look(stop.signal)).toEqual({ kind: 'ended' });
  });
});
