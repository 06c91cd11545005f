import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeOver } from '../../snapshots/attempt.js';
import { listPublished, readPublished } from '../../snapshots/inventory.js';
import { readPublications, writePublications } from '../../snapshots/publications.js';
import { pruneSnapshots } from '../../snapshots/prune.js';
import { publishSnapshot } from '../../snapshots/publish.js';
import { keepSnapshot } from '../../snapshots/snapshot.js';
import { createVolume, nextToken, type VolumeOnDisk } from './volumeOnDisk.js';

let volume: VolumeOnDisk;
beforeEach(async () => {
  volume = await createVolume();
});
afterEach(() => volume.remove());

async function read(path: string): Promise<string> {
  return readFile(join(volume.layout.data, path), 'utf8');
}

async function mountEntries(): Promise<string[]> {
  return (await readdir(volume.layout.data)).filter((name) => !name.startsWith('..')).sort();
}

describe('publishing', () => {
  it('puts the files directly under the mount, through one relative link', async () => {
    const snapshot = await volume.publish('rev1', { 'index.html': 'hello', 'css/site.css': 'body{}' });

    expect(await read('index.html')).toBe('hello');
    expect(await read('css/site.css')).toBe('body{}');
    expect(await readlink(volume.layout.current)).toBe(join('..snapshots', snapshot.name));
    expect(await readlink(join(volume.layout.data, 'css'))).toBe('..data/css');
  });

  it('follows with additions and removals at the top level', async () => {
    await volume.publish('rev1', { a: '1', b: '1', 'dir/x': '1' });

    await volume.publish('rev2', { b: '2', c: '2' });

    expect(await mountEntries()).toEqual(['b', 'c']);
    expect(await read('b')).toBe('2');
  });

  it('replaces a file by a directory of the same name, and back', async () => {
    await volume.publish('rev1', { name: 'file' });
    await volume.publish('rev2', { 'name/inner': 'directory' });
    expect(await read('name/inner')).toBe('directory');

    await volume.publish('rev3', { name: 'file again' });

    expect(await read('name')).toBe('file again');
  });

  it('keeps the inode of an unchanged file and writes only what changed', async () => {
    await volume.publish('rev1', { same: 'same', other: 'old', 'deep/same': 'x' });
    const before = await stat(join(volume.layout.data, 'same'));

    const { attempt, snapshot, written } = await volume.stage('rev2', { same: 'same', other: 'new', 'deep/same': 'x' });
    await keepSnapshot(volume.layout, attempt, snapshot);
    await publishSnapshot(volume.layout, attempt, snapshot.name, new Date());

    expect(written).toEqual(['other']);
    const after = await stat(join(volume.layout.data, 'same'));
    expect(after.ino).toBe(before.ino);
    expect(await read('other')).toBe('new');
  });

  it('makes the new tree durable before readers see it, with the links that lead to it', async () => {
    await volume.publish('rev1', { a: '1' });
    const { attempt, snapshot } = await volume.stage('rev2', { a: '2', b: '2' });
    await keepSnapshot(volume.layout, attempt, snapshot);
    const seen: unknown[] = [];

    await publishSnapshot(volume.layout, attempt, snapshot.name, new Date(), {
      makeDurable: async (path) => void seen.push(path, await read('a'), await mountEntries()),
    });

    expect(seen).toEqual([volume.layout.data, '1', ['a', 'b']]);
    expect(await read('a')).toBe('2');
  });

  it('writes a file anew that somebody removed from the published tree', async () => {
    const { name } = await volume.publish('rev1', { a: '1', b: '1' });
    await rm(join(volume.layout.snapshots, name, 'a'));

    await volume.publish('rev2', { a: '1', b: '2' });

    expect(await read('a')).toBe('1');
  });

  it('lets a reader that resolved the pointer once see one tree', async () => {
    await volume.publish('rev1', { a: '1', b: '1' });
    const resolved = join(volume.layout.data, await readlink(volume.layout.current));

    await volume.publish('rev2', { a: '2', c: '2' });

    expect(await readFile(join(resolved, 'a'), 'utf8')).toBe('1');
    expect(await readFile(join(resolved, 'b'), 'utf8')).toBe('1');
  });

  it('goes back to a kept snapshot by a flip', async () => {
    const first = await volume.publish('rev1', { a: '1', old: 'x' });
    await volume.publish('rev2', { a: '2', young: 'y' });

    await publishSnapshot(volume.layout, await takeOver(volume.layout, nextToken()), first.name, new Date());

    expect(await read('a')).toBe('1');
    expect(await mountEntries()).toEqual(['a', 'old']);
    expect((await readPublished(volume.layout))?.revision).toBe('rev1');
  });

  it('is harmless to repeat, whatever part was done already', async () => {
    const { attempt, snapshot } = await volume.stage('rev1', { a: '1', b: '2' });
    await keepSnapshot(volume.layout, attempt, snapshot);
    await publishSnapshot(volume.layout, attempt, snapshot.name, new Date());

    const again = await takeOver(volume.layout, nextToken());
    await keepSnapshot(volume.layout, again, snapshot);
    await publishSnapshot(volume.layout, again, snapshot.name, new Date());

    expect(await read('a')).toBe('1');
    expect(await readPublications(volume.layout)).toHaveLength(1);
  });

  it('leaves alone what others put into the mount, and refuses to hide it', async () => {
    await volume.publish('rev1', { a: '1' });
    await writeFile(join(volume.layout.data, 'notes'), 'mine');
    await mkdir(join(volume.layout.data, 'theirs'));
    await symlink('elsewhere', join(volume.layout.data, 'link'));

    await volume.publish('rev2', { a: '2' });
    expect(await mountEntries()).toEqual(['a', 'link', 'notes', 'theirs']);

    await expect(volume.publish('rev3', { notes: 'ours' })).rejects.toMatchObject({ reason: 'ForeignDirectory' });
    expect(await read('a')).toBe('2');
    expect(await read('notes')).toBe('mine');
  });

  it('takes nothing for superseded by a flip that did not happen', async () => {
    const first = await volume.publish('rev1', { a: '1' });
    const { attempt, snapshot } = await volume.stage('rev2', { a: '2' });
    await keepSnapshot(volume.layout, attempt, snapshot);
    const killed = (): Promise<void> => Promise.reject(new Error('killed'));
    const hooks = { beforeFlip: killed };
    await expect(publishSnapshot(volume.layout, attempt, snapshot.name, new Date(0), hooks)).rejects.toThrow('killed');
    expect(await listPublished(volume.layout)).toMatchObject([{ name: first.name }]);

    await volume.publish('rev3', { a: '3' });
    const limits = { retain: 1, graceMs: 60_000 };
    const expired = await pruneSnapshots(volume.layout, await takeOver(volume.layout, nextToken()), limits, new Date());

    expect(expired).toEqual([]);
  });

  it('cannot put an old record over a newer one after it was taken over', async () => {
    await volume.publish('rev1', { a: '1' });
    const old = await takeOver(volume.layout, nextToken());
    const record = await readPublications(volume.layout);
    await volume.publish('rev2', { a: '2' });

    await expect(writePublications(volume.layout, old, record)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readPublications(volume.layout)).toHaveLength(2);
  });

  it('records when each snapshot was published, the newest first', async () => {
    const first = await volume.publish('rev1', { a: '1' }, new Date('2026-01-01T00:00:00Z'));
    const second = await volume.publish('rev2', { a: '2' }, new Date('2026-01-02T00:00:00Z'));

    expect(await listPublished(volume.layout)).toEqual([
      { ...second, time: '2026-01-02T00:00:00.000Z' },
      { ...first, time: '2026-01-01T00:00:00.000Z' },
    ]);
  });
});
