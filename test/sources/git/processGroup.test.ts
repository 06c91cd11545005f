import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { endGroup } from '../../../sources/git/processGroup.js';

/** Starts a group: a shell that runs `script`, which must print one line when it is ready. */
async function startGroup(script: string): Promise<{ pid: number; line: string }> {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { pid: child.pid ?? 0, line: line.toString().trim() };
}

/** Whether the process is there and more than a zombie. */
function isAlive(pid: string): boolean {
  return existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

describe('endGroup', () => {
  it('ends children that outlive their leader', async () => {
    const { pid, line } = await startGroup('sleep 60 >/dev/null & echo $!');
    expect(isAlive(line)).toBe(true);
    await endGroup(pid);
    expect(isAlive(line)).toBe(false);
  });

  it('kills what does not end by itself', async () => {
    const { pid } = await startGroup('trap "" TERM; echo ready; while :; do sleep 1; done');
    await endGroup(pid);
    expect(isAlive(String(pid))).toBe(false);
  });

  it('returns when the group is gone already', async () => {
    const { pid } = await startGroup('echo done');
    await endGroup(pid);
    await endGroup(pid);
    expect(isAlive(String(pid))).toBe(false);
  });
});
