import { join } from 'node:path';
import { compare } from '../compare.js';
import { measure } from '../measure.js';
import { benchVolume, changeVolume } from '../mover/benchVolume.js';
import { startMover, type Mover } from '../mover/startMover.js';
import { CHECK_OUT } from '../peers.js';
import { serveRepository, type ServedRepository } from '../repository/serve.js';
import { siteCommit, siteSize } from '../repository/site.js';
import { toRows, type Row } from '../rows.js';
import { runPeer } from '../runPeer.js';
import type { Bench, Workload } from '../workload.js';

const ROUNDS = 10;

export const rollback: Workload = {
  name: 'P3',
  title: 'back to the snapshot before, 10,000 files, with 1 % and with all files different',
  description:
    "ours: the mover's activities with the other revision pinned, called directly; peer: git checkout of the other commit in a clone that has both",
  aim: 'the publish step takes at most 50 ms',
  async run(bench) {
    const size = siteSize(bench.isQuick);
    const repository = await serveRepository(bench);
    const base = await repository.commit([siteCommit(size, 0)]);
    const small = await repository.commit([siteCommit(size, 1, size.files / 100)]);
    const whole = await repository.commit([siteCommit(size, 2)]);
    await repository.pack();
    const mover = await startMover(bench);
    return [
      ...(await alternate(bench, mover, repository, [base, small], 'git checkout, 1 % of the files differ')),
      ...(await alternate(bench, mover, repository, [base, whole], 'git checkout, all files differ')),
    ];
  },
};

/** Goes from one of two commits to the other and back, again and again. */
async function alternate(
  bench: Bench,
  mover: Mover,
  { url }: ServedRepository,
  commits: readonly [string, string],
  peerName: string,
): Promise<Row[]> {
  const clone = join(bench.dir, `clone-${commits[1]}`);
  await runPeer('git clone --quiet "$1" "$2"', [url, clone], bench);
  let volume = benchVolume({ url }, { pin: commits[0] });
  await mover.sync(volume);
  volume = changeVolume(volume, { pin: commits[1] });
  await mover.sync(volume);
  await runPeer(CHECK_OUT, [clone, commits[1]], bench);

  const target = (round: number): string => commits[round % 2 === 0 ? 0 : 1];
  const [ours, peer] = await compare(
    bench,
    [
      {
        name: 'drover',
        async run(round) {
          volume = changeVolume(volume, { pin: target(round) });
          const { sample, result } = await measure(mover.pid, () => mover.sync(volume));
          const { resolve = 0, publish = 0 } = result.stepsMs;
          return { view: resolve + publish, publish, cpu: sample.cpu };
        },
      },
      {
        name: peerName,
        async run(round) {
          const { sample } = await runPeer(CHECK_OUT, [clone, target(round)], bench);
          return { view: sample.wall, cpu: sample.cpu };
        },
      },
    ],
    ROUNDS,
  );
  return toRows('P3', ours, { name: peerName, sample: peer });
}
