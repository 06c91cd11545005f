import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { identifyProcess, isRunning } from '../../dev/processIdentity.js';

/** A parent that says the pids of its two children and then waits. */
const PARENT = `
  import { superviseProcess } from ${JSON.stringify(resolve('dist/dev/process.js'))};
  const [stateDir] = process.argv.slice(1);
  const base = { command: 'sh', env: { PATH: process.env.PATH } };
  const options = { stateDir, say: console.error };
  const polite = await superviseProcess({ ...base, name: 'polite', args: ['-c', 'exec sleep 60'] }, options);
  const deaf = { name: 'deaf', args: ['-c', "trap '' TERM; while :; do sleep 1; done"], deathSignal: 'KILL' };
  const other = await superviseProcess({ ...base, ...deaf }, options);
  await new Promise((resolve) => setTimeout(resolve, 300));
  console.log(polite.pid(), other.pid());
  setInterval(() => undefined, 1000);
`;

it('children die with their parent, even when it is killed', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'drover-death-'));
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  const children = line.split(' ').flatMap((pid) => identifyProcess(Number(pid)) ?? []);
  expect(children).toHaveLength(2);
  parent.kill('SIGKILL');
  for (let tries = 0; children.some(isRunning) && tries < 200; tries++) await sleep(50);
  expect(children.filter(isRunning)).toEqual([]);
  await rm(stateDir, { recursive: true });
}, 30_000);
