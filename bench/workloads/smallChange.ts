import { join } from 'node:path';
import { compare } from '../compare.js';
import { measure } from '../measure.js';
import { CLONE, UPDATE } from '../peers.js';
import { startReaders } from '../readers/startReaders.js';
import type { Commit } from '../repository/createRepository.js';
import { filePath, fileText, siteFiles, type SiteSize } from '../repository/site.js';
import { toRows } from '../rows.js';
import { runPeer } from '../runPeer.js';
import { fileStamps } from '../tree.js';
import type { Workload } from '../workload.js';
import { prepareSyncedSite } from './syncedSite.js';

const ROUNDS = 7;

export const smallChange: Workload = {
  name: 'G4',
  title: 'a commit that changes 1 % of 10,000 files, adds and deletes 0.2 % and renames one of 100 directories',
  description:
    "ours: the mover's activities from resolve to prune, called directly; peers: a fresh git clone --depth 1, and git fetch with reset and clean in place",
  aim: 'wall at most 0.4 times a fresh git clone --depth 1; no torn tree',
  async run(bench) {
    const { size, repository, mover, volume, clone } = await prepareSyncedSite(bench);
    const { url } = repository;
    const { current } = mover.layoutOf(volume);

    let commits = 0;
    const commitUntil = async (count: number): Promise<void> => {
      while (commits < count) await repository.commit([changeSite(size, ++commits)]);
    };
    const [ours, update, fresh] = await compare(
      bench,
      [
        {
          name: 'drover',
          async run(round) {
            await commitUntil(round + 1);
            const before = fileStamps(`${current}/`);
            const { sample } = await measure(mover.pid, () => mover.sync(volume));
            return { ...sample, files: countNew(before, fileStamps(`${current}/`)) };
          },
        },
        {
          name: 'git fetch, reset, clean',
          async run(round) {
            await commitUntil(round + 1);
            const before = fileStamps(clone, '.git');
            const { sample } = await runPeer(UPDATE, [clone, 'main'], bench);
            return { ...sample, files: countNew(before, fileStamps(clone, '.git')) };
          },
        },
        {
          name: 'git clone --depth 1',
          async run(round) {
            await commitUntil(round + 1);
            const { sample } = await runPeer(CLONE, [url, join(bench.dir, `clone-${round}`)], bench);
            return { ...sample, files: size.files };
          },
        },
      ],
      ROUNDS,
    );

    const paths = Array.from({ length: size.files / 100 }, (_, index) => filePath(index, size));
    const task = { paths, fileBytes: size.fileBytes, passes: bench.isQuick ? 40 : 4_000 };
    const tearing = async (root: string, sync: () => Promise<unknown>) => {
      const reading = startReaders(bench, { ...task, root });
      while (reading.isUnderWay()) {
        await commitUntil(commits + 1);
        await sync();
      }
      const { torn, missing, short } = await reading.result;
      return { torn, missing, short };
    };
    const torn = await tearing(current, () => mover.sync(volume));
    const tornPeer = await tearing(clone, () => runPeer(UPDATE, [clone, 'main'], bench));
    return [
      ...toRows('G4', ours, { name: 'git clone --depth 1', sample: fresh }),
      ...toRows(
        'G4',
        { ...ours, ...torn },
        { name: 'git fetch --depth 1, reset --hard, clean', sample: { ...update, ...tornPeer } },
      ),
    ];
  },
};

/** The `count`th change: of what it adds the next one deletes as much, and the last directory goes back and forth. */
function changeSite(size: SiteSize, count: number): Commit {
  const last = `directory-${size.directories - 1}`;
  const twoPerThousand = Array.from({ length: size.files / 500 }, (_, index) => index);
  const added = (change: number, index: number): string => `directory-0/added-${change}-${index}.txt`;
  return {
    branch: 'main',
    renames: [count % 2 === 1 ? [last, 'renamed'] : ['renamed', last]],
    files: [
      ...siteFiles(size, count, size.files / 100),
      ...twoPerThousand.map((index) => [added(count, index), fileText(index, count, size)] as const),
      ...twoPerThousand.map((index) =>
        count === 1
          ? ([filePath(size.files - 2 - size.directories * index, size), null] as const)
          : ([added(count - 1, index), null] as const),
      ),
    ],
  };
}

function countNew(before: ReadonlySet<string>, after: ReadonlySet<string>): number {
  return [...after].filter((stamp) => !before.has(stamp)).length;
}
