import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what operating systems hand out to clients, so that no outgoing connection takes a port while its server restarts. */
const FREE_RANGE = [20_000, 30_000] as const;
const TRIES = 1_000;
const ATTEMPTS = 3;

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

/**
 * Chooses ports as `choosePorts` does and starts servers on them. Between the two, another program may take a port: when
 * `start` fails and one of the ports is taken although `start` has ended what it had started, others are tried, three
 * times in all.
 */
export async function startOnFreePorts<Name extends string, Started>(
  preferred: Readonly<Record<Name, number | undefined>>,
  say: (line: string) => void,
  start: (ports: Record<Name, number>) => Promise<Started>,
): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    const ports = await choosePorts(preferred, say);
    try {
      return await start(ports);
    } catch (error) {
      const free = await Promise.all(Object.values<number>(ports).map(isFree));
      if (attempt === ATTEMPTS || free.every(Boolean)) throw error;
      say('another program took a port at the same moment; trying again with other ports');
    }
  }
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
