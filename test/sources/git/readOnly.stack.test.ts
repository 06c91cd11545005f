import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createGitSource } from '../../../sources/git/index.js';
import type { StoreContext } from '../../../sources/source.js';
import { createVolumeDirs, LOCAL_SERVERS } from '../../doubles/git/context.js';
import { createRepository, type Repository } from '../../doubles/git/repository.js';
import { startSmartHttp, type SmartHttpServer } from '../../doubles/git/smartHttp.js';

jest.setTimeout(60_000);

const dirs = createVolumeDirs();
const served = join(dirs.root, 'served');
let server: SmartHttpServer;
let repository: Repository;
let first: string;
let second: string;
let count = 0;

beforeAll(async () => {
  repository = createRepository(served, 'site.git');
  first = repository.commit({ 'a.txt': 'one', 'big.bin': randomBytes(500_000) });
  second = repository.commit({ 'a.txt': 'two' });
  server = await startSmartHttp(served);
});

afterAll(async () => {
  await server.close();
  dirs.remove();
});

function sourceOf() {
  return createGitSource({ url: `${server.url}/${repository.name}`, depth: 1 }, LOCAL_SERVERS);
}

/** A store that a run has brought the first revision into. */
async function createStore(): Promise<string> {
  const storeDir = join(dirs.root, `store-${++count}`);
  await sourceOf().list(first, dirs.context({ storeDir }));
  return storeDir;
}

function readOnly(storeDir: string, given: Partial<StoreContext> = {}): StoreContext {
  return dirs.context({ storeDir, keptRevisions: [first], isReadOnly: true, ...given });
}

/** Everything that a change of the store would change. */
function fingerprint(storeDir: string): string[] {
  return readdirSync(storeDir, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => {
      const { mtimeMs, ino, mode } = statSync(path);
      const content = statSync(path).isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
      return `${relative(storeDir, path)} ${mtimeMs} ${ino} ${mode} ${content}`;
    })
    .sort();
}

describe('a store that is only read', () => {
  it('saves what it holds, and is not changed, also from another file system', async () => {
    const storeDir = await createStore();
    const before = fingerprint(storeDir);
    const scratchDir = mkdtempSync('/dev/shm/drover-scratch-');
    expect(statSync(scratchDir).dev).not.toBe(statSync(storeDir).dev);
    const sent = server.bytesSent();
    const { entries, bytesFetched } = await sourceOf().list(second, readOnly(storeDir, { scratchDir }));
    rmSync(scratchDir, { recursive: true });
    expect(entries.map(({ path }) => path)).toEqual(['a.txt', 'big.bin']);
    expect(bytesFetched).toBeGreaterThan(0);
    expect(server.bytesSent() - sent).toBeLessThan(10_000);
    expect(fingerprint(storeDir)).toEqual(before);
  });

  it('needs no contact for what it holds, and serves writing', async () => {
    const storeDir = await createStore();
    const before = fingerprint(storeDir);
    const requests = server.requests();
    const { entries } = await sourceOf().list(first, readOnly(storeDir));
    const target = dirs.target();
    await sourceOf().write(first, entries, target, readOnly(storeDir));
    expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('one');
    expect(server.requests()).toBe(requests);
    expect(fingerprint(storeDir)).toEqual(before);
  });

  it('is not created', async () => {
    const storeDir = join(dirs.root, 'none');
    expect((await sourceOf().list(second, readOnly(storeDir))).entries).toHaveLength(2);
    await sourceOf().compact(readOnly(storeDir));
    expect(existsSync(storeDir)).toBe(false);
  });

  it('is left as it is when it is damaged', async () => {
    const storeDir = await createStore();
    for (const name of readdirSync(join(storeDir, 'objects/pack'))) {
      chmodSync(join(storeDir, 'objects/pack', name), 0o644);
      truncateSync(join(storeDir, 'objects/pack', name), 40);
    }
    const before = fingerprint(storeDir);
    for (const revision of [first, second]) {
      const { entries } = await sourceOf().list(revision, readOnly(storeDir));
      const target = dirs.target();
      await sourceOf().write(revision, entries, target, readOnly(storeDir));
      expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe(revision === first ? 'one' : 'two');
    }
    expect(fingerprint(storeDir)).toEqual(before);
  });

  it('is not missed when it goes away in the middle', async () => {
    const storeDir = await createStore();
    let isGone = false;
    const onProgress = (): void => {
      rmSync(storeDir, { recursive: true, force: true });
      isGone = true;
    };
    const { entries } = await sourceOf().list(second, readOnly(storeDir, { onProgress }));
    expect(isGone).toBe(true);
    expect(entries.map(({ path }) => path)).toEqual(['a.txt', 'big.bin']);
    expect(existsSync(storeDir)).toBe(false);
  });

  it('is not rewritten, however many packs it has', async () => {
    const storeDir = join(dirs.root, `store-${++count}`);
    const other = createRepository(served, 'many.git');
    const source = createGitSource({ url: `${server.url}/many.git`, depth: 1 }, LOCAL_SERVERS);
    for (let round = 0; round <= 20; round++) {
      await source.list(other.commit({ 'a.txt': `${round}` }), dirs.context({ storeDir }));
    }
    const before = fingerprint(storeDir);
    await source.compact(readOnly(storeDir));
    expect(fingerprint(storeDir)).toEqual(before);
    await source.compact(dirs.context({ storeDir }));
    expect(fingerprint(storeDir)).not.toEqual(before);
  });
});
