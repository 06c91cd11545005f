import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { parseStat, usageOf, writtenBytes } from '../../bench/usage.js';

it('adds up the own time of a process and that of children that it waited for, whatever its name holds', () => {
  const stat = '42 (a ) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 10 20 300 4000 20 0 1 0 99 1 1';

  expect(parseStat(stat)).toEqual({ pid: 42, parentPid: 7, cpuMs: 43_300 });
});

it('reads the bytes that were written', () => {
  expect(writtenBytes('rchar: 1\nwchar: 2\nwrite_bytes: 4096\ncancelled_write_bytes: 8\n')).toBe(4096);
});

it('counts what a child that has ended used', () => {
  const before = usageOf(process.pid);
  execFileSync('sh', ['-c', 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done']);
  const after = usageOf(process.pid);

  expect(after.cpuMs).toBeGreaterThan(before.cpuMs);
  expect(after.rssBytes).toBeGreaterThan(0);
});
