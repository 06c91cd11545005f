import { join } from 'node:path';
import { compare } from '../compare.js';
import { measure } from '../measure.js';
import { median } from '../median.js';
import { benchVolume } from '../mover/benchVolume.js';
import { startMover } from '../mover/startMover.js';
import { CLONE, UPDATE } from '../peers.js';
import type { Commit } from '../repository/createRepository.js';
import { serveRepository } from '../repository/serve.js';
import { filePath, fileText, siteCommit, type SiteSize } from '../repository/site.js';
import { toRows } from '../rows.js';
import { runPeer } from '../runPeer.js';
import { bytesBelow } from '../tree.js';
import type { Workload } from '../workload.js';

const ROUNDS = 3;

export const history: Workload = {
  name: 'G5',
  title: '50,000 commits on 1,000 files: depth 1, the whole history, and 100 updates of one file each',
  description:
    "ours: the mover's activities from resolve to prune, called directly; peers: git clone, and git fetch --depth 1 with reset and clean",
  aim: 'wall at most 1.1 times the peer; the store grows no more than the repository of the peer',
  async run(bench) {
    const size = { files: bench.isQuick ? 100 : 1_000, directories: 20, fileBytes: 1024 };
    const commits = bench.isQuick ? 200 : 50_000;
    const repository = await serveRepository(bench);
    const { url } = repository;
    await repository.commit([siteCommit(size, 0), ...edits(size, 1, commits - 1)]);
    await repository.pack();
    const mover = await startMover(bench);

    const ours = (name: string, depth: number) => ({
      name,
      run: async () => (await measure(mover.pid, () => mover.sync(benchVolume({ url, depth })))).sample,
    });
    const cloning = (name: string, script: string) => ({
      name,
      run: async (round: number) =>
        (await runPeer(script, [url, join(bench.dir, `${name.replaceAll(' ', '-')}-${round}`)], bench)).sample,
    });
    const names = { shallow: 'git clone --depth 1', whole: 'git clone, whole history' };
    const [shallow, whole, shallowClone, wholeClone] = await compare(
      bench,
      [
        ours('drover, depth 1', 1),
        ours('drover, depth 0', 0),
        cloning(names.shallow, CLONE),
        cloning(names.whole, 'git clone --quiet "$1" "$2"'),
      ],
      ROUNDS,
    );

    const volume = benchVolume({ url });
    await mover.sync(volume);
    const { store } = mover.layoutOf(volume);
    const clone = join(bench.dir, 'clone');
    await runPeer(CLONE, [url, clone], bench);
    const before = { ours: bytesBelow(store), peer: bytesBelow(join(clone, '.git')) };
    const walls: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
    const updates = bench.isQuick ? 5 : 100;
    for (let update = 0; update < updates; update++) {
      await repository.commit(edits(size, commits + update, 1));
      walls.ours.push((await measure(mover.pid, () => mover.sync(volume))).sample.wall);
      walls.peer.push((await runPeer(UPDATE, [clone, 'main'], bench)).sample.wall);
    }
    const growth = (after: number, from: number) => ({ storeGrowth: (after - from) / 1024 });
    return [
      ...toRows('G5', shallow, { name: names.shallow, sample: shallowClone }),
      ...toRows('G5', whole, { name: names.whole, sample: wholeClone }),
      ...toRows(
        'G5',
        { wall: median(walls.ours), ...growth(bytesBelow(store), before.ours) },
        {
          name: `${updates} times git fetch --depth 1, reset --hard, clean`,
          sample: { wall: median(walls.peer), ...growth(bytesBelow(join(clone, '.git')), before.peer) },
        },
      ),
    ];
  },
};

/** Commits that change one file each, one after the other. */
function edits(size: SiteSize, first: number, count: number): Commit[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = (first + offset) % size.files;
    return { branch: 'main', files: [[filePath(index, size), fileText(index, first + offset, size)]] };
  });
}
