import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startGitDaemon } from '../../test/doubles/git/daemon.js';
import type { Bench } from '../workload.js';
import { createRepository, type Repository } from './createRepository.js';

export interface ServedRepository extends Repository {
  readonly url: string;
}

/** A new empty repository behind a real `git daemon` on 127.0.0.1, which ends with the workload. */
export async function serveRepository(bench: Bench): Promise<ServedRepository> {
  const servedDir = join(bench.dir, 'served');
  await mkdir(servedDir, { recursive: true });
  const repository = await createRepository(bench, servedDir, 'site.git');
  const daemon = await startGitDaemon(servedDir);
  bench.defer(() => daemon.close());
  return { ...repository, url: `${daemon.url}/site.git` };
}
