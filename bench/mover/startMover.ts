import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { volumeDirectory } from '../../domain/volume.js';
import { volumeLayout, type VolumeLayout } from '../../snapshots/layout.js';
import { volumeRefOf, type VolumeObject } from '../../k8s/volume.js';
import type { Bench } from '../workload.js';
import type { MoverAnswer, MoverCall, SyncOutcome } from './calls.js';

/** The mover's functions, in a process of their own that has been running for a while. */
export interface Mover {
  readonly pid: number;
  /** Holds what the process wrote to standard output and error. */
  readonly logDir: string;
  readonly exportPath: string;
  put(path: string, object: object): Promise<void>;
  /** A whole sync. Rejects when a step fails. */
  sync(volume: VolumeObject, options?: { readonly isDurable: boolean }): Promise<SyncOutcome>;
  /** So many looks of the poller. Rejects when one finds anything but an unchanged source. */
  poll(volume: VolumeObject, looks: number): Promise<void>;
  layoutOf(volume: VolumeObject): VolumeLayout;
}

/** Starts the process; it ends with the workload. */
export async function startMover({ dir, env, profileDir, defer, signal }: Bench): Promise<Mover> {
  const exportPath = join(dir, 'export');
  const privateRoot = join(dir, 'private');
  const logDir = join(dir, 'logs');
  for (const path of [exportPath, privateRoot, logDir]) await mkdir(path, { mode: 0o700 });
  const logPath = join(logDir, 'mover.log');
  const log = openSync(logPath, 'a');
  const child = fork(fileURLToPath(new URL('./main.js', import.meta.url)), [exportPath, privateRoot], {
    env: { ...env },
    execArgv: profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileDir],
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const exited = once(child, 'exit');
  defer(async () => {
    // Without the channel nothing holds it, so it ends by itself once a call that is under way is done.
    if (signal.aborted) child.kill('SIGKILL');
    else if (child.connected) child.disconnect();
    await exited;
  });

  async function call(message: MoverCall): Promise<SyncOutcome | undefined> {
    const answered = once(child, 'message', { signal }) as Promise<[MoverAnswer]>;
    child.send(message);
    const died = exited.then(() => {
      throw new Error(`the mover ended; see ${logPath}`);
    });
    const [answer] = await Promise.race([answered, died]);
    if (!answer.ok) throw new Error(answer.message);
    return answer.result;
  }

  return {
    pid: child.pid ?? 0,
    logDir,
    exportPath,
    async put(path, object) {
      await call({ kind: 'put', path, object });
    },
    async sync(volume, { isDurable } = { isDurable: true }) {
      const outcome = await call({ kind: 'sync', volume, isDurable });
      if (outcome === undefined) throw new Error('the mover has not synced');
      return outcome;
    },
    async poll(volume, looks) {
      await call({ kind: 'poll', volume, looks });
    },
    layoutOf: (volume) => volumeLayout(exportPath, volumeDirectory(volumeRefOf(volume))),
  };
}
