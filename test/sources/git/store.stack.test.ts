import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGitSource } from '../../../sources/git/index.js';
import type { StoreContext } from '../../../sources/source.js';
import { createVolumeDirs, LOCAL_SERVERS } from '../../doubles/git/context.js';
import { createRepository, git, type Repository } from '../../doubles/git/repository.js';
import { startSmartHttp, type SmartHttpServer } from '../../doubles/git/smartHttp.js';

jest.setTimeout(60_000);

const dirs = createVolumeDirs();
const served = join(dirs.root, 'served');
let server: SmartHttpServer;
let oldServer: SmartHttpServer;
let count = 0;

beforeAll(async () => {
  createRepository(served, 'any.git');
  server = await startSmartHttp(served);
  oldServer = await startSmartHttp(served, { oldProtocol: true });
});

afterAll(async () => {
  await Promise.all([server.close(), oldServer.close()]);
  dirs.remove();
});

interface Volume {
  readonly repository: Repository;
  readonly storeDir: string;
  /** Lists and writes; returns the content of `a.txt` and what the network brought. */
  publish(
    revision: string,
    options?: { depth?: number; kept?: string[]; url?: string; ref?: string },
  ): Promise<{ text: string; bytesFetched: number }>;
  context(kept?: string[]): StoreContext;
}

function createVolume(): Volume {
  const name = `store-${++count}.git`;
  const repository = createRepository(served, name);
  const storeDir = join(dirs.root, `store-${count}`);
  const context = (kept: string[] = []) => dirs.context({ storeDir, keptRevisions: kept });
  return {
    repository,
    storeDir,
    context,
    async publish(revision, { depth = 1, kept = [], url = `${server.url}/${name}`, ref = 'main' } = {}) {
      const source = createGitSource({ url, depth, ref }, LOCAL_SERVERS);
      const { entries, bytesFetched } = await source.list(revision, context(kept));
      const target = dirs.target();
      const written = await source.write(revision, entries, target, context(kept));
      return { text: readFileSync(join(target, 'a.txt'), 'utf8'), bytesFetched: bytesFetched + written.bytesFetched };
    },
  };
}

function packsOf(storeDir: string): string[] {
  return readdirSync(join(storeDir, 'objects/pack')).filter((name) => name.endsWith('.pack'));
}

/** Commits that the store has, counted from `revision`. */
function countHistory({ storeDir }: Volume, revision: string): number {
  const bare = dirs.target();
  git(bare, 'init', '--quiet', '--bare');
  writeFileSync(join(bare, 'objects/info/alternates'), `${join(storeDir, 'objects')}\n`);
  if (existsSync(join(storeDir, 'shallow')))
    writeFileSync(join(bare, 'shallow'), readFileSync(join(storeDir, 'shallow')));
  return Number(git(bare, 'rev-list', '--count', revision));
}

describe('fetching', () => {
  it('does not contact the server for a revision that is in the store', async () => {
    const volume = createVolume();
    const revision = volume.repository.commit({ 'a.txt': 'one' });
    const first = await volume.publish(revision);
    expect(first).toEqual({ text: 'one', bytesFetched: expect.any(Number) });
    expect(first.bytesFetched).toBeGreaterThan(0);
    const requests = server.requests();
    expect(await volume.publish(revision)).toEqual({ text: 'one', bytesFetched: 0 });
    expect(server.requests()).toBe(requests);
  });

  it('brings little for a small change, when the published revision is kept', async () => {
    const volume = createVolume();
    const first = volume.repository.commit({ 'a.txt': 'one', 'big.bin': randomBytes(500_000) });
    await volume.publish(first);
    const before = server.bytesSent();
    const second = volume.repository.commit({ 'a.txt': 'two' });
    expect(await volume.publish(second, { kept: [first] })).toMatchObject({ text: 'two' });
    expect(server.bytesSent() - before).toBeLessThan(10_000);
  });

  it('takes as much history as it is told to', async () => {
    const volume = createVolume();
    const revisions = ['1', '2', '3', '4', '5'].map((text) => volume.repository.commit({ 'a.txt': text }));
    const [, second = '', , fourth = '', fifth = ''] = revisions;
    await volume.publish(second);
    expect(countHistory(volume, second)).toBe(1);
    await volume.publish(fourth, { depth: 2, kept: [second] });
    expect(countHistory(volume, fourth)).toBe(2);
    await volume.publish(fifth, { depth: 0, kept: [second, fourth] });
    expect(countHistory(volume, fifth)).toBe(5);
    const sixth = volume.repository.commit({ 'a.txt': '6' });
    expect(await volume.publish(sixth, { depth: 1, kept: [fifth] })).toMatchObject({ text: '6' });
  });

  it('follows a rewritten branch and another URL', async () => {
    const volume = createVolume();
    const first = volume.repository.commit({ 'a.txt': 'one' });
    await volume.publish(first);
    volume.repository.git('commit', '--amend', '--quiet', '--message=other');
    const second = volume.repository.commit({ 'a.txt': 'rewritten' });
    expect(await volume.publish(second, { kept: [first] })).toMatchObject({ text: 'rewritten' });
    const elsewhere = createRepository(served, 'elsewhere.git');
    const third = elsewhere.commit({ 'a.txt': 'elsewhere' });
    expect(await volume.publish(third, { kept: [first, second], url: `${server.url}/elsewhere.git` })).toMatchObject({
      text: 'elsewhere',
    });
  });

  it('fetches a commit that no branch names any more while the server has it', async () => {
    const volume = createVolume();
    volume.repository.commit({ 'a.txt': 'base' });
    const lost = volume.repository.commit({ 'a.txt': 'lost' });
    volume.repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    volume.repository.push();
    expect(await volume.publish(lost)).toMatchObject({ text: 'lost' });
  });

  it('says RevisionNotFound for a commit that the server does not have', async () => {
    const volume = createVolume();
    volume.repository.commit({ 'a.txt': 'a' });
    await expect(volume.publish('1'.repeat(40))).rejects.toMatchObject({ reason: 'RevisionNotFound' });
  });

  it('falls back to refs with servers that refuse commits by id', async () => {
    const volume = createVolume();
    const [first = '', second = ''] = ['1', '2'].map((text) => volume.repository.commit({ 'a.txt': text }));
    volume.repository.git('tag', 'v1', first);
    volume.repository.commit({ 'a.txt': '3' });
    const url = `${oldServer.url}/${volume.repository.name}`;
    // Not the tip of anything, so only its branch with history can bring it.
    expect(await volume.publish(second, { url, ref: second })).toMatchObject({ text: '2' });
    await expect(createVolume().publish(second, { url, ref: 'main' })).rejects.toMatchObject({
      reason: 'RevisionNotFound',
    });
    expect(await createVolume().publish(first, { url, ref: 'v1', depth: 0 })).toMatchObject({ text: '1' });
  });
});

describe('the store', () => {
  it('is not blocked by what killed processes left', async () => {
    const volume = createVolume();
    const first = volume.repository.commit({ 'a.txt': 'one' });
    await volume.publish(first);
    for (const name of [
      'index.lock',
      'shallow.lock',
      'config.lock',
      'HEAD.lock',
      'packed-refs.lock',
      'gc.pid',
      'objects/pack/tmp_pack_abc',
      'objects/pack/tmp_idx_abc',
    ]) {
      writeFileSync(join(volume.storeDir, name), 'left');
    }
    const second = volume.repository.commit({ 'a.txt': 'two' });
    expect(await volume.publish(second, { kept: [first] })).toMatchObject({ text: 'two' });
  });

  it.each<[string, (pack: string) => void]>([
    ['a pack is cut', (pack) => truncateSync(pack, 40)],
    ['a pack is gone', (pack) => rmSync(pack)],
    [
      'a pack has wrong bytes',
      (pack) =>
        writeFileSync(
          pack,
          readFileSync(pack).map((byte, index) => (index > 40 ? byte ^ 0xff : byte)),
        ),
    ],
    ['an index is cut', (pack) => truncateSync(pack.replace(/pack$/, 'idx'), 100)],
  ])('heals when %s', async (_case, damage) => {
    const volume = createVolume();
    const first = volume.repository.commit({ 'a.txt': 'one', 'b.bin': randomBytes(5000) });
    await volume.publish(first);
    const second = volume.repository.commit({ 'a.txt': 'two' });
    await volume.publish(second, { kept: [first] });
    for (const name of packsOf(volume.storeDir)) {
      const path = join(volume.storeDir, 'objects/pack', name);
      for (const file of [path, path.replace(/pack$/, 'idx')]) chmodSync(file, 0o644);
      damage(path);
    }
    const kept = [first, second];
    expect(await volume.publish(second, { kept })).toMatchObject({ text: 'two' });
    expect(await volume.publish(volume.repository.commit({ 'a.txt': 'three' }), { kept })).toMatchObject({
      text: 'three',
    });
  });

  it('is left alone by an attempt that was taken over', async () => {
    const volume = createVolume();
    const revision = volume.repository.commit({ 'a.txt': 'one' });
    const source = createGitSource({ url: `${server.url}/${volume.repository.name}`, depth: 1 }, LOCAL_SERVERS);
    const context = volume.context();
    renameSync(context.scratchDir, `${context.scratchDir}.taken`);
    await expect(source.list(revision, context)).rejects.toMatchObject({ reason: 'Fenced' });
    expect(existsSync(context.scratchDir)).toBe(false);
    expect(existsSync(volume.storeDir)).toBe(false);
  });

  it('is not made again by a step that was stopped while its volume was removed', async () => {
    const volume = createVolume();
    const revision = volume.repository.commit({ 'a.txt': 'one' });
    const source = createGitSource({ url: `${server.url}/${volume.repository.name}`, depth: 1 }, LOCAL_SERVERS);
    // Whenever the volume goes, in the middle of what: nothing of it may come again.
    for (let delayMs = 0; delayMs < 40; delayMs += 2) {
      const root = mkdtempSync(join(dirs.root, 'gone-'));
      const scratchDir = join(root, 'scratch');
      mkdirSync(scratchDir);
      const listing = source.list(revision, dirs.context({ storeDir: join(root, 'store'), scratchDir }));
      const ended = listing.then(
        () => 'listed',
        (error: unknown) => (error as { reason?: string }).reason,
      );
      await sleep(delayMs);
      renameSync(root, `${root}.removed`);
      expect(['listed', 'Fenced']).toContain(await ended);
      expect(existsSync(root)).toBe(false);
    }
  });

  it('needs no rewriting before the first fetch', async () => {
    const volume = createVolume();
    const source = createGitSource({ url: 'git://127.0.0.1/none', depth: 1 }, LOCAL_SERVERS);
    await source.compact(volume.context());
    expect(existsSync(volume.storeDir)).toBe(false);
  });

  it('is rewritten into one pack after twenty fetches, and keeps what is needed', async () => {
    const volume = createVolume();
    const source = createGitSource({ url: `${server.url}/${volume.repository.name}`, depth: 1 }, LOCAL_SERVERS);
    const revisions: string[] = [];
    for (let round = 0; round <= 20; round++) {
      revisions.push(volume.repository.commit({ 'a.txt': `round ${round}`, [`file-${round}.bin`]: randomBytes(1000) }));
      await source.list(revisions.at(-1) ?? '', volume.context(revisions.slice(-3)));
      if (round !== 19) continue;
      await source.compact(volume.context(revisions.slice(-2)));
      expect(packsOf(volume.storeDir)).toHaveLength(20);
    }
    const kept = revisions.slice(-2);
    await source.compact(volume.context(kept));
    expect(packsOf(volume.storeDir)).toHaveLength(1);
    const requests = server.requests();
    expect(await volume.publish(kept[0] ?? '', { kept })).toEqual({ text: 'round 19', bytesFetched: 0 });
    expect(await volume.publish(kept[1] ?? '', { kept })).toEqual({ text: 'round 20', bytesFetched: 0 });
    expect(server.requests()).toBe(requests);
    expect(readFileSync(join(volume.storeDir, 'shallow'), 'utf8').trim().split('\n').sort()).toEqual([...kept].sort());
    const next = volume.repository.commit({ 'a.txt': 'after' });
    expect(await volume.publish(next, { kept })).toMatchObject({ text: 'after' });
    expect(statSync(join(volume.storeDir, 'objects/pack')).isDirectory()).toBe(true);
  });
});
