import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Call, Faults } from '../doubles/faults.js';
import type { GitServer } from '../doubles/git/daemon.js';
import type { Repository } from '../doubles/git/repository.js';
import { hasPublished, until, type Environment } from './environment.js';
import { startFaultyEnvironment, type FaultyEnvironment } from './faultyEnvironment.js';

jest.setTimeout(120_000);

let faulty: FaultyEnvironment;
let environment: Environment;
let faults: Faults;
let server: GitServer;
let repository: Repository;

beforeAll(async () => {
  faulty = await startFaultyEnvironment({ moverVariables: { DROVER_SNAPSHOT_GRACE: '1h' } });
  ({ environment, faults, server, repository } = faulty);
});
afterAll(() => faulty.close());

/** Syncs `revision` and returns what the mover called meanwhile. */
async function recordSync(sync: () => Promise<string>): Promise<Call[]> {
  faults.plan({ record: true });
  const revision = await sync();
  await environment.untilVolume('site', hasPublished(revision));
  await until(() => faults.calls().some(({ step }) => step === 'prune'));
  return faults.calls().filter(({ step }) => step !== 'prune');
}

/** The position of the only call that fits, once it had ended, or of its beginning. */
function position(calls: readonly Call[], name: string, args: RegExp, when: Call['when'] = 'after'): number {
  const found = calls.flatMap((call, index) =>
    call.name === name && call.when === when && args.test(call.args.join(' ')) ? [index] : [],
  );
  expect([name, String(args), found.length]).toEqual([name, String(args), 1]);
  return found[0] ?? 0;
}

const publishing = (calls: readonly Call[]): Call[] => calls.filter(({ step }) => step === 'publish');

describe('a publication', () => {
  it.each(['first', 'second'])(
    'the %s, is durable before readers see it, so that no power cut shows half of it',
    async (text) => {
      const calls = await recordSync(async () => {
        // The second one takes a file away and puts one in its place.
        const revision = repository.commit({
          [`only-in-the-${text}`]: text,
          'only-in-the-first': text === 'first' ? text : null,
        });
        const source = { git: { url: `${server.url}/site.git` } };
        if (text === 'first') await environment.createVolume('site', { syncInterval: '12h', source });
        else await environment.annotate('site', { 'drover.io/sync-requested': text });
        return revision;
      });
      const steps = publishing(calls);

      // The manifest and the description are durable before they are put into place, and their places by the sync of all.
      const manifest = position(calls, 'handle.sync', /\/manifest\.jsonl w$/);
      const description = position(calls, 'writeFile', /\/description\.json\.[^/]*\.tmp .* flush$/);
      expect(manifest).toBeLessThan(position(calls, 'rename', / \S*\/manifests\/[^/]*\.jsonl$/, 'before'));
      expect(description).toBeLessThan(position(calls, 'rename', / \S*\/manifests\/[^/]*\.json$/, 'before'));

      const inPlace = Math.max(
        position(steps, 'rename', / \S*\/manifests\/[^/]*\.jsonl$/),
        position(steps, 'rename', / \S*\/manifests\/[^/]*\.json$/),
        position(steps, 'rename', / \S*\/\.\.snapshots\/[^/]*$/),
        position(steps, 'rename', / \S*\/data\/only-in-the-[^/]*$/),
      );
      const synced = position(steps, 'execFile', /^sync -f /);
      expect(inPlace).toBeLessThan(position(steps, 'execFile', /^sync -f /, 'before'));

      const flip = position(steps, 'rename', / \S*\/\.\.data$/, 'before');
      const flipped = position(steps, 'rename', / \S*\/\.\.data$/);
      expect(synced).toBeLessThan(flip);

      // The record of the flip is written, synced and put into place before the flip, and once more after it.
      const after = (name: string, args: RegExp): number[] =>
        steps.flatMap((call, index) =>
          call.name === name && call.when === 'after' && args.test(call.args.join(' ')) ? [index] : [],
        );
      const [record = -1, confirmation = -1] = after('handle.sync', /\/publications\.jsonl w$/);
      const [recorded = -1, confirmed = -1] = after('rename', / \S*\/publications\.jsonl$/);
      const [recordDurable = -1] = after('handle.sync', /\/[^/]*\.site r$/);
      expect([record, recorded, recordDurable, flip].toSorted((a, b) => a - b)).toEqual([
        record,
        recorded,
        recordDurable,
        flip,
      ]);
      expect(record).toBeGreaterThan(-1);
      expect(confirmation).toBeGreaterThan(flipped);
      expect(confirmed).toBeGreaterThan(confirmation);

      // The flip itself is durable before anything that the old tree needs goes away.
      const durable = position(steps, 'handle.sync', /\/data r$/);
      expect(durable).toBeGreaterThan(flipped);
      if (text === 'second') {
        expect(position(steps, 'rename', /\/data\/only-in-the-first \S*\/removed\//, 'before')).toBeGreaterThan(
          durable,
        );
      }
    },
  );

  it('takes a tree for written only when it would survive a power cut', async () => {
    const calls = await recordSync(async () => {
      const revision = repository.commit({ more: 'content' });
      await environment.annotate('site', { 'drover.io/sync-requested': 'third' });
      return revision;
    });
    const writing = calls.filter(({ step }) => step === 'fetch');

    const written = writing.findLastIndex(
      ({ name, args, when }) =>
        name === 'rename' && when === 'after' && /\/work-[^/]*\/.*\/tree\//.test(args.join(' ')),
    );
    const synced = position(writing, 'execFile', /^sync -f /);
    const recorded = writing.findLastIndex(
      ({ name, args, when }) => name === 'rename' && when === 'before' && args[1]?.endsWith('/staged.json'),
    );
    expect(written).toBeGreaterThan(-1);
    expect(written).toBeLessThan(synced);
    expect(synced).toBeLessThan(recorded);
    expect(position(writing.slice(synced), 'writeFile', /\/staged\.json\.[^/]*\.tmp .* flush$/)).toBeGreaterThan(-1);
  });
});
