import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { secretPath } from '../../k8s/paths.js';
import { startSmartHttp } from '../../test/doubles/git/smartHttp.js';
import { startMover } from '../mover/startMover.js';
import { createRepository } from '../repository/createRepository.js';
import { siteCommit, siteSize } from '../repository/site.js';
import { toRows } from '../rows.js';
import { countPlaces } from '../tree.js';
import type { Workload } from '../workload.js';
import { compareColdSyncs } from './coldSync.js';

export const coldHttp: Workload = {
  name: 'G2',
  title: 'the same over smart HTTP with a password',
  description: 'ours: as G1, the password from a Secret; peer: git clone --depth 1 with the password in the address',
  aim: 'wall at most 1.1 times the peer; the password in no file of the export and no log',
  async run(bench) {
    const password = randomUUID();
    const servedDir = join(bench.dir, 'served');
    await mkdir(servedDir);
    const repository = await createRepository(bench, servedDir, 'site.git');
    const size = siteSize(bench.isQuick);
    await repository.commit([siteCommit(size, 0)]);
    await repository.pack();
    const server = await startSmartHttp(servedDir, { user: 'bench', password });
    bench.defer(() => server.close());
    const mover = await startMover(bench);
    await mover.put(secretPath('bench', 'site'), {
      metadata: { name: 'site', namespace: 'bench', uid: randomUUID(), resourceVersion: '1' },
      data: { password: Buffer.from(password).toString('base64') },
    });

    const url = `${server.url}/site.git`;
    const git = { url, user: 'bench', passwordFromSecret: { name: 'site', key: 'password' } };
    const cloneUrl = url.replace('//', `//bench:${password}@`);
    const rows = await compareColdSyncs(bench, 'G2', mover, { git, cloneUrl, size });
    const ours = countPlaces(password, mover.exportPath) + countPlaces(password, mover.logDir);
    const peer = countPlaces(password, join(bench.dir, 'git-clone---depth-1'));
    return [...rows, ...toRows('G2', { secrets: ours }, { name: 'git clone --depth 1', sample: { secrets: peer } })];
  },
};
