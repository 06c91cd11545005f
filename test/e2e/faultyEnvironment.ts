import { join } from 'node:path';
import { createFaults, type Faults } from '../doubles/faults.js';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository, type Repository } from '../doubles/git/repository.js';
import { makeDirectory, startEnvironment, type Environment, type EnvironmentOptions } from './environment.js';

/** Drover with a mover in which faults can be made, and one repository on a server. */
export interface FaultyEnvironment {
  readonly environment: Environment;
  readonly faults: Faults;
  readonly server: GitServer;
  /** `site.git`. */
  readonly repository: Repository;
  close(): Promise<void>;
}

export async function startFaultyEnvironment({
  dir = makeDirectory(),
  moverVariables,
  ...others
}: EnvironmentOptions): Promise<FaultyEnvironment> {
  const faults = createFaults(join(dir, 'faults'));
  const variables = { ...faults.variables, ...moverVariables };
  const environment = await startEnvironment({ ...others, dir, moverVariables: variables });
  const served = join(dir, 'served');
  const repository = createRepository(served, 'site.git');
  const server = await startGitDaemon(served);
  return {
    environment,
    faults,
    server,
    repository,
    async close() {
      // What is held or fails must not keep anything from ending.
      faults.plan({});
      await environment.close();
      await server.close();
    },
  };
}
