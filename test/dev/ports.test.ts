import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { choosePorts } from '../../dev/ports.js';

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
