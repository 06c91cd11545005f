import { join } from 'node:path';
import { compare } from '../compare.js';
import { measure } from '../measure.js';
import { changeVolume } from '../mover/benchVolume.js';
import { CLONE, UPDATE } from '../peers.js';
import { siteFiles } from '../repository/site.js';
import { toRows } from '../rows.js';
import { runPeer } from '../runPeer.js';
import { digestOf } from '../tree.js';
import type { Workload } from '../workload.js';
import { prepareSyncedSite } from './syncedSite.js';

const ROUNDS = 5;

export const branchSwitch: Workload = {
  name: 'G7',
  title: 'to a branch with a new commit in which 10 % of 10,000 files differ, and back',
  description:
    "ours: the mover's activities with another spec.source.git.ref, called directly; peer: git fetch --depth 1 of the branch with reset and clean",
  aim: 'both succeed, with the tree of a fresh clone',
  async run(bench) {
    const { size, repository, main, mover, volume: first, clone } = await prepareSyncedSite(bench);
    const { url } = repository;
    let volume = first;
    const { current } = mover.layoutOf(volume);

    const expected = new Map<string, string>();
    /** Makes the round's commit, unless the other contestant did, and says how a fresh clone of the branch looks. */
    const expect = async (round: number, branch: string): Promise<string> => {
      const key = branch === 'main' ? branch : `${branch}-${round}`;
      const known = expected.get(key);
      if (known !== undefined) return known;
      if (branch === 'next') {
        await repository.commit([{ branch, from: main, files: siteFiles(size, round + 1, size.files / 10) }]);
      }
      const fresh = join(bench.dir, `fresh-${key}`);
      await runPeer(`${CLONE} --branch "$3"`, [url, fresh, branch], bench);
      const digest = digestOf(fresh, '.git');
      expected.set(key, digest);
      return digest;
    };
    const contest = (
      name: string,
      root: string,
      without: string,
      go: (branch: string) => ReturnType<typeof runPeer>,
    ) => ({
      name,
      async run(round: number) {
        const [next, back] = [await expect(round, 'next'), await expect(round, 'main')];
        const there = await go('next');
        let wrong = digestOf(root, without) === next ? 0 : 1;
        const home = await go('main');
        wrong += digestOf(root, without) === back ? 0 : 1;
        const cpu = there.sample.cpu + home.sample.cpu;
        return { switch: there.sample.wall, back: home.sample.wall, cpu, wrong };
      },
    });
    const [ours, peer] = await compare(
      bench,
      [
        contest('drover', `${current}/`, '', (ref) =>
          measure(mover.pid, async () => {
            volume = changeVolume(volume, { source: { git: { url, ref } } });
            return (await mover.sync(volume)).outcome;
          }),
        ),
        contest('git fetch, reset, clean', clone, '.git', (branch) => runPeer(UPDATE, [clone, branch], bench)),
      ],
      ROUNDS,
    );
    return toRows('G7', ours, { name: 'git fetch --depth 1, reset --hard, clean', sample: peer });
  },
};
