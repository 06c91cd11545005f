import { join } from 'node:path';
import type { VolumeObject } from '../../k8s/volume.js';
import { benchVolume } from '../mover/benchVolume.js';
import { startMover, type Mover } from '../mover/startMover.js';
import { CLONE } from '../peers.js';
import { serveRepository, type ServedRepository } from '../repository/serve.js';
import { siteCommit, siteSize, type SiteSize } from '../repository/site.js';
import { runPeer } from '../runPeer.js';
import type { Bench } from '../workload.js';

/** A site in a packed repository, of which the mover has published the branch `main` and the peer has a clone. */
export interface SyncedSite {
  readonly size: SiteSize;
  readonly repository: ServedRepository;
  /** The id of the only commit. */
  readonly main: string;
  readonly mover: Mover;
  readonly volume: VolumeObject;
  /** The directory of the clone. */
  readonly clone: string;
}

export async function prepareSyncedSite(bench: Bench): Promise<SyncedSite> {
  const size = siteSize(bench.isQuick);
  const repository = await serveRepository(bench);
  const { url } = repository;
  const main = await repository.commit([siteCommit(size, 0)]);
  await repository.pack();
  const mover = await startMover(bench);
  const volume = benchVolume({ url, ref: 'main' });
  await mover.sync(volume);
  const clone = join(bench.dir, 'clone');
  await runPeer(CLONE, [url, clone], bench);
  return { size, repository, main, mover, volume, clone };
}
