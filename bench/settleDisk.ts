import { runCommand } from '../dev/run.js';
import type { Bench } from './workload.js';

/** Has everything written that earlier work left in memory: whoever syncs next would pay for it. */
export async function settleDisk({ dir, env, signal }: Bench): Promise<void> {
  await runCommand('sync', ['-f', dir], { env }, signal);
}
