import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { choosePorts, startOnFreePorts } from '../../dev/ports.js';

let taken: Server | undefined;

afterEach(async () => {
  await new Promise<unknown>((resolve) => (taken === undefined ? resolve(undefined) : taken.close(resolve)));
  taken = undefined;
});

async function take(): Promise<number> {
  const server = createServer();
  taken = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('choosePorts', () => {
  it('takes free ports, all different, without a preference and without a word', async () => {
    const said: string[] = [];
    const ports = await choosePorts({ one: undefined, two: undefined, three: undefined }, (line) => said.push(line));
    expect(new Set(Object.values(ports)).size).toBe(3);
    for (const port of Object.values(ports)) expect(port >= 20_000 && port < 30_000).toBe(true);
    expect(said).toEqual([]);
  });

  it('keeps a preference that is free', async () => {
    const { one } = await choosePorts({ one: undefined }, () => undefined);
    await expect(choosePorts({ again: one }, () => undefined)).resolves.toEqual({ again: one });
  });

  it('replaces a taken port, and says so', async () => {
    const port = await take();
    const said: string[] = [];
    const { server } = await choosePorts({ server: port }, (line) => said.push(line));
    expect(server).not.toBe(port);
    expect(said).toEqual([`port ${port} is taken; server uses ${server}`]);
  });

  it('gives a port that two prefer to the first', async () => {
    const { free } = await choosePorts({ free: undefined }, () => undefined);
    const { one, two } = await choosePorts({ one: free, two: free }, () => undefined);
    expect(one).toBe(free);
    expect(two).not.toBe(free);
  });
});

describe('startOnFreePorts', () => {
  it('tries other ports when one was taken between the choice and the start', async () => {
    const seen: number[] = [];
    const said: string[] = [];
    const started = await startOnFreePorts(
      { server: undefined },
      (line) => said.push(line),
      async ({ server }) => {
        seen.push(server);
        if (seen.length > 1) return 'started';
        const other = createServer();
        taken = other;
        await new Promise<void>((resolve) => other.listen(server, '127.0.0.1', resolve));
        throw new Error('address already in use');
      },
    );
    expect(started).toBe('started');
    expect(new Set(seen).size).toBe(2);
    expect(said).toEqual(['another program took a port at the same moment; trying again with other ports']);
  });

  it('passes on a failure that has another cause', async () => {
    let calls = 0;
    const starting = startOnFreePorts(
      { server: undefined },
      () => undefined,
      async () => {
        calls++;
        throw new Error('the database is of another version');
      },
    );
    await expect(starting).rejects.toThrow('the database is of another version');
    expect(calls).toBe(1);
  });
});
