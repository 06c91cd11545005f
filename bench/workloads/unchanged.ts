import { compare } from '../compare.js';
import { measure, type Measured } from '../measure.js';
import { ASK, repeated, UPDATE } from '../peers.js';
import { toRows } from '../rows.js';
import { runPeer } from '../runPeer.js';
import { countChanged, inodesOf } from '../tree.js';
import type { Workload } from '../workload.js';
import { prepareSyncedSite } from './syncedSite.js';

const ROUNDS = 2;

export const unchanged: Workload = {
  name: 'G3',
  title: 'looks at a source of 10,000 files that does not change; figures are for one look',
  description:
    "ours: the poller's own loop on one volume, 1,000 looks in each round, with a clock that leaps from look to look; peers: git ls-remote, and git fetch with reset and clean",
  aim: 'at most 8 ms CPU a look; no inode of the volume changed',
  async run(bench) {
    /** How often in this round; the first one only warms up. */
    const times = (round: number, full: number): number => full * (bench.isQuick ? 0.02 : round === 0 ? 0.1 : 1);
    const { repository, mover, volume, clone } = await prepareSyncedSite(bench);
    const { url } = repository;
    const { root } = mover.layoutOf(volume);

    /** A contestant that looks `full` times in a round, and watches what changes below `dir`. */
    const contest = (name: string, dir: string, full: number, look: (times: number) => Promise<Measured<unknown>>) => ({
      name,
      async run(round: number) {
        const before = inodesOf(dir);
        const { sample } = await look(times(round, full));
        return {
          cpu: sample.cpu / times(round, full),
          rss: sample.rss,
          inodes: countChanged(before, inodesOf(dir)),
        };
      },
    });
    const [ours, ask, update] = await compare(
      bench,
      [
        contest('drover', root, 1_000, (looks) => measure(mover.pid, () => mover.poll(volume, looks))),
        contest('git ls-remote', clone, 500, (looks) => runPeer(repeated(ASK, looks), [url, 'main'], bench)),
        contest('git fetch, reset, clean', clone, 50, (updates) =>
          runPeer(repeated(UPDATE, updates), [clone, 'main'], bench),
        ),
      ],
      ROUNDS,
    );
    return [
      ...toRows('G3', ours, { name: 'git ls-remote from a shell', sample: ask }),
      ...toRows('G3', ours, { name: 'git fetch --depth 1, reset --hard, clean', sample: update }, ['cpu', 'inodes']),
    ];
  },
};
