import { join } from 'node:path';
import { compare } from '../compare.js';
import { measure } from '../measure.js';
import { benchVolume, type GitSpec } from '../mover/benchVolume.js';
import type { Mover } from '../mover/startMover.js';
import { CLONE } from '../peers.js';
import type { SiteSize } from '../repository/site.js';
import { toRows, type Row } from '../rows.js';
import { runPeer } from '../runPeer.js';
import type { Bench } from '../workload.js';

const ROUNDS = 7;

/** Where both sides get the same repository from. */
export interface ColdSource {
  readonly git: GitSpec;
  /** With user and password, where they are needed. */
  readonly cloneUrl: string;
  readonly size: SiteSize;
}

/** First syncs beside fresh clones, as both are, and each with everything and with nothing synced to the disk. */
export async function compareColdSyncs(
  bench: Bench,
  workload: string,
  mover: Mover,
  { git, cloneUrl, size }: ColdSource,
): Promise<Row[]> {
  const ours = (name: string, isDurable: boolean) => ({
    name,
    async run() {
      const { sample } = await measure(mover.pid, () => mover.sync(benchVolume(git), { isDurable }));
      return { ...sample, files: size.files };
    },
  });
  const cloning = (name: string, script: string) => ({
    name,
    async run(round: number) {
      const target = join(bench.dir, name.replaceAll(' ', '-'), String(round));
      const { sample } = await runPeer(script, [cloneUrl, target], bench);
      return { ...sample, files: size.files };
    },
  });
  const names = {
    plain: 'git clone --depth 1',
    durable: 'git clone --depth 1, core.fsync=all, sync -f',
    unsynced: 'git clone --depth 1, core.fsync=none',
  };
  const [durable, unsynced, clone, durableClone, unsyncedClone] = await compare(
    bench,
    [
      ours('drover', true),
      ours('drover without the sync', false),
      cloning(names.plain, CLONE),
      cloning(names.durable, `${CLONE} --config core.fsync=all && sync -f "$2"`),
      cloning(names.unsynced, `${CLONE} --config core.fsync=none`),
    ],
    ROUNDS,
  );
  return [
    ...toRows(workload, durable, { name: names.plain, sample: clone }),
    ...toRows(
      workload,
      { wallDurable: durable.wall },
      { name: names.durable, sample: { wallDurable: durableClone.wall } },
    ),
    ...toRows(
      workload,
      { wallUnsynced: unsynced.wall },
      { name: names.unsynced, sample: { wallUnsynced: unsyncedClone.wall } },
    ),
  ];
}
