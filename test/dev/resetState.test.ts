import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resetState } from '../../dev/resetState.js';
import { claimStateDirectory } from '../../dev/stateDirectory.js';

let stateDir: string;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'drover-reset-'));
});

afterEach(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

describe('resetState', () => {
  it('refuses while the owner runs, naming it, and removes everything afterwards', async () => {
    const release = await claimStateDirectory(stateDir);
    await expect(resetState(stateDir)).rejects.toThrow(`${stateDir} is in use by process ${process.pid}`);
    await release();
    await expect(resetState(stateDir)).resolves.toBe(true);
    expect(existsSync(stateDir)).toBe(false);
    await expect(resetState(stateDir)).resolves.toBe(false);
  });

  it('does not remove a directory that no start made', async () => {
    await writeFile(join(stateDir, 'thesis.tex'), 'years of work');
    await expect(resetState(stateDir)).rejects.toThrow('is no state directory');
    expect(existsSync(join(stateDir, 'thesis.tex'))).toBe(true);
  });
});
