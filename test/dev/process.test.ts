import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { superviseProcess, type ProcessSpec, type SupervisedProcess } from '../../dev/process.js';
import { identifyProcess, isRunning } from '../../dev/processIdentity.js';

const env = { PATH: process.env['PATH'] ?? '' };

let stateDir: string;
let said: string[];
let started: SupervisedProcess[];

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'drover-process-'));
  said = [];
  started = [];
});

afterEach(async () => {
  for (const child of started) await child.stop();
  await rm(stateDir, { recursive: true });
});

async function start(script: string, extra: Partial<ProcessSpec> = {}): Promise<SupervisedProcess> {
  const spec = { name: 'child', command: 'sh', args: ['-c', script], env, ...extra };
  const child = await superviseProcess(spec, { stateDir, say: (line) => said.push(line) });
  started.push(child);
  return child;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries === 400) throw new Error(`still not so after eight seconds: ${String(condition)}`);
    await sleep(20);
  }
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

describe('superviseProcess', () => {
  it('logs what the process writes, and stops it with everything that it started', async () => {
    const child = await start('echo out; echo err >&2; sleep 60 & echo $!; wait');
    await until(() => linesOf(child.logPath).length === 3);
    const [out, err, grandchild] = linesOf(child.logPath);
    expect(new Set([out, err])).toEqual(new Set(['err', 'out']));
    const identities = [child.pid(), Number(grandchild)].map((pid) => identifyProcess(pid ?? 0));
    await child.stop();
    expect(child.pid()).toBeUndefined();
    for (const identity of identities) {
      expect(identity).toBeDefined();
      await until(() => identity !== undefined && !isRunning(identity));
    }
    expect(existsSync(join(stateDir, 'run', 'child.pid'))).toBe(false);
    expect(said).toEqual([]);
  });

  it('starts it again when it dies, and says so', async () => {
    const child = await start('echo life; exec sleep 60');
    await until(() => linesOf(child.logPath).length === 1);
    const first = child.pid() ?? 0;
    process.kill(first, 'SIGKILL');
    await expect(child.firstDeath).resolves.toBe('SIGKILL');
    await until(() => child.pid() !== undefined && child.pid() !== first);
    await until(() => linesOf(child.logPath).length === 2);
    expect(said).toEqual([`child died (SIGKILL); starting it again in 1 s (log: ${child.logPath})`]);
  });

  it('kills what ignores SIGTERM after its grace time', async () => {
    const child = await start("trap '' TERM; echo ready; while :; do sleep 1; done", { graceMs: 200 });
    await until(() => linesOf(child.logPath).length === 1);
    const identity = identifyProcess(child.pid() ?? 0);
    await child.stop();
    expect(identity !== undefined && isRunning(identity)).toBe(false);
  });

  it('can be stopped while it waits to start a process again', async () => {
    const child = await start('exit 7');
    await expect(child.firstDeath).resolves.toBe('exit code 7');
    await child.stop();
    expect(said).toHaveLength(1);
  });

  it('reports a program that does not exist as a death', async () => {
    const child = await start('', { command: '/no/such/program', args: [] });
    await expect(child.firstDeath).resolves.toMatch(/exit code 127|ENOENT/);
  });

  it('passes only the environment that it was given', async () => {
    const child = await start('', { command: '/usr/bin/env', args: [], env: { ...env, ONLY: 'this' } });
    await child.firstDeath;
    expect(linesOf(child.logPath).sort()).toEqual(['ONLY=this', `PATH=${env.PATH}`].sort());
  });

  it('keeps the log of the start before', async () => {
    await (await start('echo first; exec sleep 60')).stop();
    const again = await start('echo second; exec sleep 60');
    await until(() => linesOf(again.logPath).length === 1);
    expect(linesOf(again.logPath)).toEqual(['second']);
    expect(existsSync(`${again.logPath}.1`)).toBe(true);
  });

  it('ends a left-over of an earlier start', async () => {
    const leftover = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    const identity = identifyProcess(leftover.pid ?? 0);
    await mkdir(join(stateDir, 'run'));
    await writeFile(join(stateDir, 'run', 'child.pid'), JSON.stringify(identity));
    const child = await start('exec sleep 60');
    expect(said).toEqual(['child: ended what an earlier start had left behind']);
    expect(identity !== undefined && isRunning(identity)).toBe(false);
    expect(JSON.parse(await readFile(join(stateDir, 'run', 'child.pid'), 'utf8'))).toMatchObject({ pid: child.pid() });
  });

  it('leaves a stranger alone that has the pid of a left-over', async () => {
    const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    await mkdir(join(stateDir, 'run'));
    const noted = { pid: stranger.pid, startTime: 'another time' };
    await writeFile(join(stateDir, 'run', 'child.pid'), JSON.stringify(noted));
    await start('exec sleep 60');
    expect(said).toEqual([]);
    expect(identifyProcess(stranger.pid ?? 0)).toBeDefined();
    stranger.kill('SIGKILL');
  });
});

describe('identifyProcess', () => {
  it('knows this process, and that it stays the same one', () => {
    const identity = identifyProcess(process.pid);
    expect(identity?.pid).toBe(process.pid);
    expect(identity !== undefined && isRunning(identity)).toBe(true);
  });

  it('does not count a zombie as running', async () => {
    const child = spawn('true', { stdio: 'ignore' });
    await new Promise((resolve) => child.once('exit', resolve));
    expect(identifyProcess(child.pid ?? 0)).toBeUndefined();
  });
});
