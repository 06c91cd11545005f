import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGitSource } from '../../../sources/git/index.js';
import { createVolumeDirs, LOCAL_SERVERS } from '../../doubles/git/context.js';
import { gitProcessesIn, seenProcesses } from '../../doubles/git/processes.js';
import { createRepository } from '../../doubles/git/repository.js';
import { startSmartHttp, type SmartHttpServer } from '../../doubles/git/smartHttp.js';

jest.setTimeout(60_000);

const dirs = createVolumeDirs();
const served = join(dirs.root, 'served');
let server: SmartHttpServer;
let revision: string;

beforeAll(async () => {
  revision = createRepository(served, 'big.git').commit({ 'big.bin': randomBytes(2_000_000) });
  server = await startSmartHttp(served, { stallAfterBytes: 300_000 });
});

afterAll(async () => {
  await server.close();
  dirs.remove();
});

function filesWith(dir: string, text: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

describe('abort', () => {
  it('in the middle of a fetch rejects with the reason and leaves no process', async () => {
    const url = `${server.url}/big.git`;
    const controller = new AbortController();
    const context = dirs.context({ signal: controller.signal });
    const listing = createGitSource({ url, depth: 1 }, LOCAL_SERVERS).list(revision, context);
    const outcome = listing.catch((error: unknown) => error);
    while (server.bytesSent() < 100_000) await sleep(10);
    const running = gitProcessesIn(context.scratchDir);
    for (const name of ['fetch', 'remote-http', 'index-pack'])
      expect(running).toContainEqual(expect.stringContaining(name));
    const reason = new Error('asked for');
    controller.abort(reason);
    expect(await outcome).toBe(reason);
    expect(gitProcessesIn(context.scratchDir)).toEqual([]);
  });

  it('finds no secret in command lines, environments and files of the attempt while a fetch runs', async () => {
    const login = { user: 'reader', password: `canary-${randomBytes(8).toString('hex')}` };
    const guarded = await startSmartHttp(served, { ...login, stallAfterBytes: 300_000 });
    const url = `${guarded.url}/big.git`;
    const controller = new AbortController();
    const context = dirs.context({ signal: controller.signal, credentials: login });
    const listing = createGitSource({ url, depth: 1 }, LOCAL_SERVERS).list(revision, context);
    const outcome = listing.catch((error: unknown) => error);
    while (guarded.bytesSent() < 100_000) await sleep(10);
    const seen = seenProcesses();
    expect(seen.filter(({ commandLine }) => commandLine.includes(url))).not.toEqual([]);
    expect(seen.filter(({ environment }) => environment.includes(url))).toEqual([]);
    expect(seen.filter((one) => `${one.commandLine}${one.environment}`.includes(login.password))).toEqual([]);
    expect(filesWith(context.scratchDir, login.password)).toEqual([]);
    const [secretFile, ...others] = filesWith(context.privateDir, login.password);
    expect(others).toEqual([]);
    expect(statSync(secretFile ?? '').mode & 0o777).toBe(0o600);
    controller.abort();
    await outcome;
    await guarded.close();
    expect(filesWith(context.privateDir, login.password)).toEqual([]);
  });

  it('before the start does nothing', async () => {
    const reason = new Error('asked for');
    const source = createGitSource({ url: `${server.url}/big.git`, depth: 1 }, LOCAL_SERVERS);
    const context = dirs.context({ signal: AbortSignal.abort(reason) });
    const before = server.requests();
    await expect(source.resolve(context)).rejects.toBe(reason);
    await expect(source.list(revision, context)).rejects.toBe(reason);
    expect(server.requests()).toBe(before);
  });
});
