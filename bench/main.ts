/** `npm run bench`: how fast Drover is, beside its peers, on this machine. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '../dev/environment.js';
import { stopOnSignals } from '../dev/stopOnSignals.js';
import { parseBenchOptions, type BenchOptions } from './options.js';
import { WORKLOADS } from './registry.js';
import type { Row } from './rows.js';
import { runWorkload } from './runWorkload.js';
import { formatTable } from './table.js';

const stopping = stopOnSignals(say);

try {
  await run(parseBenchOptions(process.argv.slice(2), WORKLOADS));
} catch (error) {
  if (!stopping.signal.aborted) console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = stopping.signal.aborted ? 130 : 1;
}

async function run(options: BenchOptions): Promise<void> {
  const { workloads, isQuick, repeat, profileDir } = options;
  await mkdir(options.dir ?? tmpdir(), { recursive: true });
  const parentDir = await mkdtemp(join(options.dir ?? tmpdir(), 'drover-bench-'));
  const { env: ownEnv } = process;
  const common = { isQuick, repeat, profileDir, parentDir, ownEnv, env: childEnvironment(ownEnv), say };
  const rows: Row[] = [];
  try {
    for (const workload of workloads) {
      stopping.signal.throwIfAborted();
      say(`${workload.name}: ${workload.title}`);
      rows.push(...(await runWorkload(workload, { ...common, signal: stopping.signal })));
    }
  } finally {
    // Only now: ext4 takes twenty times as long to make files where as many were removed within the last minutes.
    await rm(parentDir, { recursive: true, force: true, maxRetries: 3 });
  }
  console.log(options.printsJson ? JSON.stringify(rows, undefined, 2) : formatTable(rows));
}

/** Standard output is for the figures. */
function say(line: string): void {
  console.error(line);
}
