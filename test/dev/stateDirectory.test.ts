import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimStateDirectory, findOwner } from '../../dev/stateDirectory.js';

let stateDir: string;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'drover-state-'));
});

afterEach(async () => {
  await rm(stateDir, { recursive: true });
});

describe('claimStateDirectory', () => {
  it('refuses a directory whose owner runs, naming it, until it is given up', async () => {
    const release = await claimStateDirectory(stateDir);
    await expect(findOwner(stateDir)).resolves.toMatchObject({ pid: process.pid });
    await expect(claimStateDirectory(stateDir)).rejects.toThrow(`${stateDir} is in use by process ${process.pid}`);
    await release();
    await expect(findOwner(stateDir)).resolves.toBeUndefined();
    const next = await claimStateDirectory(stateDir);
    await release();
    await expect(findOwner(stateDir)).resolves.toBeDefined();
    await next();
  });

  it('takes over from an owner that died without giving it up', async () => {
    await (
      await claimStateDirectory(stateDir)
    )();
    const dead = { pid: process.pid, startTime: 'an earlier life' };
    await writeFile(join(stateDir, 'run', 'owner.json'), JSON.stringify(dead));
    await expect(findOwner(stateDir)).resolves.toBeUndefined();
    await (
      await claimStateDirectory(stateDir)
    )();
  });
});
