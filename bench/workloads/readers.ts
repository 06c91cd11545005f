import { join } from 'node:path';
import { benchVolume } from '../mover/benchVolume.js';
import { startMover } from '../mover/startMover.js';
import { CLONE, UPDATE } from '../peers.js';
import { startReaders } from '../readers/startReaders.js';
import { serveRepository } from '../repository/serve.js';
import { filePath, siteCommit } from '../repository/site.js';
import { toRows } from '../rows.js';
import { runPeer } from '../runPeer.js';
import type { Bench, Workload } from '../workload.js';

export const readers: Workload = {
  name: 'C1',
  title: 'four readers of a tree of 2,000 files, all of which are replaced again and again',
  description:
    "ours: the mover's activities, readers resolve ..data once for each tree; peer: git fetch, reset --hard and clean in place",
  aim: 'no tree with files of two revisions, no file missing or incomplete in 1,000 trees',
  async run(bench) {
    const size = { files: bench.isQuick ? 100 : 2_000, directories: 20, fileBytes: 1024 };
    const trees = bench.isQuick ? 40 : 1_000;
    const paths = Array.from({ length: size.files }, (_, index) => filePath(index, size));
    const repository = await serveRepository(bench);
    const { url } = repository;
    let revision = 0;
    const commitNext = () => repository.commit([siteCommit(size, ++revision % 2)]);
    await commitNext();

    const mover = await startMover(bench);
    const volume = benchVolume({ url, ref: 'main' }, { retain: 1 });
    await mover.sync(volume);
    const task = { paths, fileBytes: size.fileBytes, passes: trees };
    const root = mover.layoutOf(volume).current;
    const ours = await readDuring(bench, { ...task, root }, async () => {
      await commitNext();
      await mover.sync(volume);
    });

    const clone = join(bench.dir, 'clone');
    await runPeer(CLONE, [url, clone], bench);
    const peer = await readDuring(bench, { ...task, root: clone }, async () => {
      await commitNext();
      await runPeer(UPDATE, [clone, 'main'], bench);
    });
    return toRows('C1', ours, { name: 'git fetch --depth 1, reset --hard, clean', sample: peer });
  },
};

/** Updates for as long as readers read. */
async function readDuring(bench: Bench, task: Parameters<typeof startReaders>[1], update: () => Promise<void>) {
  const reading = startReaders(bench, task);
  let updates = 0;
  for (; reading.isUnderWay(); updates++) await update();
  const readings = await reading.result;
  bench.say(`${task.root}: ${JSON.stringify({ updates, ...readings })}`);
  return { updates, ...readings };
}
