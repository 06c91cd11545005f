import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGitSource } from '../../../sources/git/index.js';
import { createVolumeDirs } from '../../doubles/git/context.js';
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

/** Command lines or environments of living processes that name `text`, from /proc. */
function processesNaming(text: string, file: 'cmdline' | 'environ' = 'cmdline'): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ');
        return line.includes(text) ? [line] : [];
      } catch {
        // The process ended meanwhile.
        return [];
      }
    });
}

describe('abort', () => {
  it('in the middle of a fetch rejects with the reason and leaves no process', async () => {
    const url = `${server.url}/big.git`;
    const controller = new AbortController();
    const listing = createGitSource({ url, depth: 1 }, { allowFileUrls: false }).list(
      revision,
      dirs.context({ signal: controller.signal }),
    );
    const outcome = listing.catch((error: unknown) => error);
    while (server.bytesSent() < 100_000) await sleep(10);
    // git, git-remote-http and index-pack.
    expect(processesNaming(url).length).toBeGreaterThanOrEqual(2);
    const reason = new Error('asked for');
    controller.abort(reason);
    expect(await outcome).toBe(reason);
    expect(processesNaming(url)).toEqual([]);
    expect(processesNaming('index-pack')).toEqual([]);
  });

  it('finds no secret in command lines, environments and files of the attempt while a fetch runs', async () => {
    const login = { user: 'reader', password: 'canary-password' };
    const guarded = await startSmartHttp(served, { ...login, stallAfterBytes: 300_000 });
    const url = `${guarded.url}/big.git`;
    const controller = new AbortController();
    const context = dirs.context({ signal: controller.signal, credentials: login });
    const listing = createGitSource({ url, depth: 1 }, { allowFileUrls: false }).list(revision, context);
    const outcome = listing.catch((error: unknown) => error);
    while (guarded.bytesSent() < 100_000) await sleep(10);
    expect(processesNaming(url, 'environ')).toEqual([]);
    for (const file of ['cmdline', 'environ'] as const) expect(processesNaming(login.password, file)).toEqual([]);
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
    const source = createGitSource({ url: `${server.url}/big.git`, depth: 1 }, { allowFileUrls: false });
    const context = dirs.context({ signal: AbortSignal.abort(reason) });
    const before = server.requests();
    await expect(source.resolve(context)).rejects.toBe(reason);
    await expect(source.list(revision, context)).rejects.toBe(reason);
    expect(server.requests()).toBe(before);
  });
});
