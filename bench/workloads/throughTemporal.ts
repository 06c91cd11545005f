import { syncStart } from '../../domain/syncStart.js';
import type { SyncReport } from '../../domain/sync.js';
import { volumeRefOf } from '../../k8s/volume.js';
import { compare } from '../compare.js';
import { measure } from '../measure.js';
import { benchVolume } from '../mover/benchVolume.js';
import { startMover } from '../mover/startMover.js';
import { serveRepository } from '../repository/serve.js';
import { siteCommit } from '../repository/site.js';
import { toRows } from '../rows.js';
import { cpuShares } from '../system/shares.js';
import { createVolume, untilPublished } from '../system/createVolume.js';
import { startSystem } from '../system/startSystem.js';
import type { Workload } from '../workload.js';

const ROUNDS = 30;
const SIZE = { files: 10, directories: 2, fileBytes: 1024 };

export const throughTemporal: Workload = {
  name: 'T2',
  title: 'one sync of a small change as a run of Temporal, from the request to the result',
  description:
    'ours: the whole system, syncVolume by signal-with-start, with status and events; peer: the same activities of the mover called directly',
  aim: 'a run takes at most 100 ms more',
  async run(bench) {
    const repository = await serveRepository(bench);
    const { url } = repository;
    let commits = 0;
    const commitUntil = async (count: number): Promise<void> => {
      while (commits < count) await repository.commit([siteCommit(SIZE, ++commits)]);
    };
    await commitUntil(1);
    const mover = await startMover(bench);
    const direct = benchVolume({ url, ref: 'main' });
    await mover.sync(direct);
    const system = await startSystem(bench);
    // The poller must not be faster than the request.
    const spec = { syncInterval: '24h', source: { git: { url, ref: 'main' } } };
    const volume = volumeRefOf(await createVolume(system, 'site', spec, bench.signal));
    await untilPublished(system, 'site', bench.signal);

    const [ours, peer] = await compare(
      bench,
      [
        {
          name: 'through Temporal',
          async run(round) {
            await commitUntil(round + 2);
            const before = system.usage();
            const startMs = performance.now();
            const start = syncStart(volume, 'local', { reason: 'requested', token: `round-${round}` });
            const handle = await system.temporal.workflow.signalWithStart('syncVolume', start);
            const { result } = (await handle.result()) as SyncReport;
            const wall = performance.now() - startMs;
            if (result !== 'Published') throw new Error(`the run has ended as ${result}`);
            return { wall, ...cpuShares(before, system.usage()) };
          },
        },
        {
          name: 'called directly',
          async run(round) {
            await commitUntil(round + 2);
            const { sample } = await measure(mover.pid, () => mover.sync(direct));
            return { wall: sample.wall, cpu: sample.cpu };
          },
        },
      ],
      ROUNDS,
    );
    return [
      ...toRows('T2', ours, { name: 'the same activities called directly', sample: peer }),
      ...toRows('T2', { overhead: ours.wall - peer.wall }),
    ];
  },
};
