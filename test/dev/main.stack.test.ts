import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identifyProcess, isRunning, type ProcessIdentity } from '../../dev/processIdentity.js';

const TIMEOUT_MS = 180_000;
/** What a shell of a platform engineer may hold; nothing of it may be used. */
const AMBIENT = { KUBECONFIG: '/nowhere', TEMPORAL_ADDRESS: '192.0.2.1:7233', TEMPORAL_NAMESPACE: 'production' };

let parent: string;
let stateDir: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'drover-main-'));
  stateDir = join(parent, 'state');
});

afterAll(async () => {
  await rm(parent, { recursive: true });
});

function run(script: string, ...args: string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [resolve('dist/dev', script), '--state', stateDir, ...args], {
    env: { ...process.env, ...AMBIENT },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

async function runToEnd(script: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const { child, output } = run(script, ...args);
  const [code] = (await once(child, 'close')) as [number];
  return { code, output: output() };
}

describe('npm start', () => {
  it(
    'shows the demo on real data, and again on the state that it left',
    async () => {
      for (const start of ['first', 'second']) {
        const { code, output } = await runToEnd('main.js', '--exit-after-demo');
        expect({ start, code, output: code === 0 ? '' : output }).toEqual({ start, code: 0, output: '' });
        expect(output.match(/^✓ /gm)).toHaveLength(7);
        expect(await readdir(join(stateDir, 'run'))).toEqual([]);
      }
    },
    TIMEOUT_MS,
  );

  it(
    'stays until it is interrupted, and then leaves no process behind',
    async () => {
      const { child, output } = run('main.js', '--no-demo');
      while (!output().includes('\ndrover is ready\n')) {
        await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
        if (child.exitCode !== null) throw new Error(output());
      }
      const files = (await readdir(join(stateDir, 'run'))).filter((name) => name.endsWith('.pid'));
      expect(files.toSorted()).toEqual(
        ['control', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'mover-local', 'temporal'].map(
          (name) => `${name}.pid`,
        ),
      );
      const children: ProcessIdentity[] = [];
      for (const file of files) children.push(JSON.parse(await readFile(join(stateDir, 'run', file), 'utf8')));
      expect(children.every(isRunning)).toBe(true);

      const refused = await runToEnd('reset.js');
      expect(refused).toMatchObject({ code: 1, output: expect.stringContaining(`in use by process ${child.pid}`) });
      child.kill('SIGINT');
      const [code] = (await once(child, 'close')) as [number];
      expect(code).toBe(0);
      expect(children.filter(isRunning)).toEqual([]);
      expect(identifyProcess(child.pid ?? 0)).toBeUndefined();

      await expect(runToEnd('reset.js')).resolves.toMatchObject({ code: 0 });
      expect(existsSync(stateDir)).toBe(false);
    },
    TIMEOUT_MS,
  );
});
