import { readdirSync, readFileSync } from 'node:fs';
import { hasCode } from '../snapshots/files.js';

/** What a process and everything that it started have used. */
export interface Usage {
  /** User and system time, also of children that have ended and were waited for. */
  readonly cpuMs: number;
  /** Resident memory at this moment. */
  readonly rssBytes: number;
  /** Bytes that were written to file systems, also by children that were waited for. */
  readonly diskBytes: number;
}

/** Ticks of /proc are 10 ms on every architecture that Linux has for servers (USER_HZ). */
const TICK_MS = 10;

interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly cpuMs: number;
}

/** Adds up a process and its descendants. Processes that end meanwhile are left out. Linux only. */
export function usageOf(pid: number): Usage {
  const all = readProcesses();
  const total = { cpuMs: 0, rssBytes: 0, diskBytes: 0 };
  const pending = all.filter((process) => process.pid === pid);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    total.cpuMs += next.cpuMs;
    total.rssBytes += residentBytes(next.pid);
    total.diskBytes += writtenBytes(readProc(next.pid, 'io'));
    pending.push(...all.filter(({ parentPid }) => parentPid === next?.pid));
  }
  return total;
}

function readProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readProc(Number(name), 'stat');
      return stat === '' ? [] : [parseStat(stat)];
    });
}

/** /proc/PID/stat: id, name in parentheses, state, parent; fields 14 to 17 are user and system time, own and of children. */
export function parseStat(stat: string): ProcessStat {
  // The name may hold anything, blanks and parentheses too, so fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number.parseInt(stat, 10), parentPid: Number(fields[1]), cpuMs: ticks * TICK_MS };
}

/** `write_bytes` of /proc/PID/io. */
export function writtenBytes(io: string): number {
  return Number(/^write_bytes: (\d+)/m.exec(io)?.[1] ?? 0);
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status'))?.[1] ?? 0) * 1024;
}

/** Empty when the process has ended. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return '';
    throw error;
  }
}
