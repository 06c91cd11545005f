import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Row } from '../../bench/rows.js';
import { seenProcesses } from '../doubles/git/processes.js';

const TIMEOUT_MS = 180_000;
const MAIN = resolve('dist/bench/main.js');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-bench-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, '--dir', dir, ...args], (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

/** What still runs with a path below the directory of the test. */
const leftBehind = () => seenProcesses().filter(({ commandLine }) => commandLine.includes(`${dir}/drover-bench-`));

describe('npm run bench', () => {
  it(
    'prints a JSON array of figures and leaves nothing behind',
    async () => {
      const { code, stdout, stderr } = await bench('--quick', '--json', 'P3', 'G1', 'G3', 'G4', 'C1');
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });

      const rows = JSON.parse(stdout) as Row[];
      for (const row of rows) {
        expect(Object.keys(row)).toEqual(['workload', 'metric', 'unit', 'ours', 'peer', 'peerName', 'ratio']);
        expect(row.ours).toBeGreaterThanOrEqual(0);
        expect(row.peer === null).toBe(row.peerName === null);
      }
      const metricsOf = (name: string) => rows.filter(({ workload }) => workload === name).map(({ metric }) => metric);
      expect([...new Set(rows.map(({ workload }) => workload))]).toEqual(['P3', 'G1', 'G3', 'G4', 'C1']);
      expect(metricsOf('G1')).toEqual(['wall', 'cpu', 'rss', 'diskBytes', 'files', 'wallDurable', 'wallUnsynced']);
      expect(metricsOf('G3')).toEqual(['cpu', 'rss', 'inodes', 'cpu', 'inodes']);

      const figure = (name: string, metric: string) =>
        rows.find((row) => row.workload === name && row.metric === metric);
      expect(figure('G3', 'inodes')?.ours).toBe(0);
      expect(figure('G4', 'files')).toMatchObject({ ours: 22, peer: 200 });
      expect(figure('C1', 'torn')?.ours).toBe(0);
      expect(figure('C1', 'trees')?.ours).toBe(40);

      expect(await readdir(dir)).toEqual([]);
      expect(leftBehind()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'prints a table without --json, progress apart',
    async () => {
      const { code, stdout, stderr } = await bench('--quick', 'P3');

      expect(code).toBe(0);
      expect(stdout).toMatch(/^WORKLOAD +METRIC +UNIT +OURS +PEER +RATIO +PEER IS\nP3 +view +ms /);
      expect(stderr).toMatch(/^P3: /);
    },
    TIMEOUT_MS,
  );

  it(
    'names the workloads when it does not know one, and in its help',
    async () => {
      const unknown = await bench('G9');
      const help = await bench('--help');

      expect(unknown).toMatchObject({ code: 1, stdout: '' });
      expect(unknown.stderr).toContain('there is no workload "G9", only G1, G2,');
      expect(help.stdout).toContain('  P3  back to the snapshot before');
    },
    TIMEOUT_MS,
  );

  it(
    'cleans up when it is interrupted',
    async () => {
      const child = spawn(process.execPath, [MAIN, '--dir', dir, '--quick', '--repeat', '1000', 'G1'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      while (!said.includes('warm-up: drover')) {
        await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
        if (child.exitCode !== null) throw new Error(said);
      }
      child.kill('SIGINT');
      const [code] = (await once(child, 'close')) as [number];

      expect(code).toBe(130);
      expect(await readdir(dir)).toEqual([]);
      expect(leftBehind()).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
