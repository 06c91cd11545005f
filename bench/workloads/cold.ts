import { join } from 'node:path';
import { compare } from '../compare.js';
import { measure } from '../measure.js';
import { benchVolume } from '../mover/benchVolume.js';
import { startMover } from '../mover/startMover.js';
import { serveRepository } from '../repository/serve.js';
import { firstCommit, siteSize } from '../repository/site.js';
import { toRows } from '../rows.js';
import { runPeer } from '../runPeer.js';
import type { Bench, Workload } from '../workload.js';

const ROUNDS = 7;

/** G1: the first sync of a volume. */
export const cold: Workload = {
  name: 'G1',
  title: 'first sync of 10,000 files of 4 KiB over git://, depth 1',
  description: "ours: the mover's activities, resolve to prune, called directly; peer: git clone --depth 1",
  aim: 'wall at most 1.1 times the peer',
  async run(bench) {
    const repository = await serveRepository(bench);
    const size = siteSize(bench.isQuick);
    await repository.commit([firstCommit(size)]);
    await repository.pack();
    const mover = await startMover(bench);

    const ours = (name: string, isDurable: boolean) => ({
      name,
      async run() {
        const volume = benchVolume({ url: repository.url });
        const { sample } = await measure(mover.pid, () => mover.sync(volume, { isDurable }));
        return { ...sample, files: size.files };
      },
    });
    const [durable, unsynced, clone, durableClone, unsyncedClone] = await compare(
      bench,
      [
        ours('drover', true),
        ours('drover without the sync', false),
        cloning(bench, repository.url, 'git clone --depth 1', ''),
        cloning(bench, repository.url, 'git clone --depth 1, all synced', '-c core.fsync=all', '&& sync -f "$2"'),
        cloning(bench, repository.url, 'git clone --depth 1, nothing synced', '-c core.fsync=none'),
      ],
      ROUNDS,
    );
    return [
      ...toRows('G1', durable, { name: 'git clone --depth 1', sample: { ...clone, files: size.files } }),
      ...toRows(
        'G1',
        { wallDurable: durable.wall },
        {
          name: 'git clone --depth 1, core.fsync=all, sync -f',
          sample: { wallDurable: durableClone.wall },
        },
      ),
      ...toRows(
        'G1',
        { wallUnsynced: unsynced.wall },
        {
          name: 'git clone --depth 1, core.fsync=none',
          sample: { wallUnsynced: unsyncedClone.wall },
        },
      ),
    ];
  },
};

function cloning(bench: Bench, url: string, name: string, options: string, after = '') {
  const targets = join(bench.dir, name.replaceAll(' ', '-'));
  return {
    name,
    async run(round: number) {
      const target = join(targets, String(round));
      const { sample } = await runPeer(
        `git ${options} clone --quiet --depth 1 "$1" "$2" ${after}`,
        [url, target],
        bench,
      );
      return sample;
    },
  };
}
