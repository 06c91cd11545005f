import { startMover } from '../mover/startMover.js';
import { serveRepository } from '../repository/serve.js';
import { siteCommit, siteSize } from '../repository/site.js';
import type { Workload } from '../workload.js';
import { compareColdSyncs } from './coldSync.js';

export const cold: Workload = {
  name: 'G1',
  title: 'first sync of 10,000 files of 4 KiB over git://, depth 1',
  description: "ours: the mover's activities from resolve to prune, called directly; peer: git clone --depth 1",
  aim: 'wall at most 1.1 times the peer',
  async run(bench) {
    const repository = await serveRepository(bench);
    const size = siteSize(bench.isQuick);
    await repository.commit([siteCommit(size, 0)]);
    await repository.pack();
    const mover = await startMover(bench);
    const { url } = repository;
    return compareColdSyncs(bench, 'G1', mover, { git: { url }, cloneUrl: url, size });
  },
};
