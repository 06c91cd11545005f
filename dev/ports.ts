import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what operating systems hand out to clients, so that no outgoing connection takes a port while its server restarts. */
const FREE_RANGE = [20_000, 30_000] as const;
const TRIES = 1_000;

/**
 * A port on 127.0.0.1 for each name: the preferred one where it is free, else any free one. All are different.
 * Without preferences (`{ etcd: undefined }`) every port is a random free one, as for stacks side by side.
 */
export async function choosePorts<Name extends string>(
  preferred: Readonly<Record<Name, number | undefined>>,
  say: (line: string) => void,
): Promise<Record<Name, number>> {
  const chosen: Partial<Record<Name, number>> = {};
  const used = new Set<number>();
  for (const [name, wanted] of Object.entries(preferred) as [Name, number | undefined][]) {
    const fits = wanted !== undefined && !used.has(wanted) && (await isFree(wanted));
    const port = fits ? wanted : await findFree(used);
    if (wanted !== undefined && !fits) say(`port ${wanted} is taken; ${name} uses ${port}`);
    used.add(port);
    chosen[name] = port;
  }
  return chosen as Record<Name, number>;
}

async function findFree(used: ReadonlySet<number>): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(...FREE_RANGE);
    if (!used.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${FREE_RANGE.join(' and ')}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') return false;
    throw error;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}
