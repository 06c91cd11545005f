import { join } from 'node:path';
import { compare } from '../compare.js';
import { measure } from '../measure.js';
import { benchVolume } from '../mover/benchVolume.js';
import { startMover } from '../mover/startMover.js';
import { ASK, CLONE, repeated, UPDATE } from '../peers.js';
import { serveRepository } from '../repository/serve.js';
import { siteCommit, siteSize } from '../repository/site.js';
import { toRows } from '../rows.js';
import { runPeer } from '../runPeer.js';
import { countChanged, inodesOf } from '../tree.js';
import type { Workload } from '../workload.js';

const ROUNDS = 3;

export const unchanged: Workload = {
  name: 'G3',
  title: 'looks at a source of 10,000 files that does not change; figures are for one look',
  description:
    "ours: the poller's own loop on one volume, 1,000 looks a round, with a clock that leaps from look to look; peers: git ls-remote, and git fetch with reset and clean",
  aim: 'at most 8 ms CPU a look; no inode of the volume changed',
  async run(bench) {
    const looks = bench.isQuick ? 20 : 1_000;
    const updates = bench.isQuick ? 5 : 50;
    const repository = await serveRepository(bench);
    const { url } = repository;
    await repository.commit([siteCommit(siteSize(bench.isQuick), 0)]);
    await repository.pack();
    const mover = await startMover(bench);
    const volume = benchVolume({ url, ref: 'main' });
    await mover.sync(volume);
    const { root } = mover.layoutOf(volume);
    const clone = join(bench.dir, 'clone');
    await runPeer(CLONE, [url, clone], bench);

    /** Runs `look`, which looks `times` times, and says what changed below `dir`. */
    const perLook = async (dir: string, times: number, look: () => ReturnType<typeof runPeer>) => {
      const before = inodesOf(dir);
      const { sample } = await look();
      return { cpu: sample.cpu / times, rss: sample.rss, inodes: countChanged(before, inodesOf(dir)) };
    };
    const [ours, ask, update] = await compare(
      bench,
      [
        {
          name: 'drover',
          run: () =>
            perLook(root, looks, () =>
              measure(mover.pid, async () => {
                await mover.poll(volume, looks);
                return '';
              }),
            ),
        },
        {
          name: 'git ls-remote',
          run: () => perLook(clone, looks, () => runPeer(repeated(ASK, looks), [url, 'main'], bench)),
        },
        {
          name: 'git fetch, reset, clean',
          run: () => perLook(clone, updates, () => runPeer(repeated(UPDATE, updates), [clone, 'main'], bench)),
        },
      ],
      ROUNDS,
    );
    return [
      ...toRows('G3', ours, { name: 'git ls-remote from a shell', sample: ask }),
      ...toRows('G3', ours, { name: 'git fetch --depth 1, reset --hard, clean', sample: update }, ['cpu', 'inodes']),
    ];
  },
};
