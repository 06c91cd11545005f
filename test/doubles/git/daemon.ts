import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './freePort.js';

/** A server that serves a directory of bare repositories. */
export interface GitServer {
  /** With the port; a repository's URL is this, a slash and its name. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A real `git daemon`; the directory is made when missing. */
export async function startGitDaemon(servedDir: string): Promise<GitServer> {
  mkdirSync(servedDir, { recursive: true });
  const port = await freePort();
  const args = [
    'daemon',
    '--reuseaddr',
    '--export-all',
    '--listen=127.0.0.1',
    `--port=${port}`,
    `--base-path=${servedDir}`,
  ];
  const daemon = spawn('git', [...args, servedDir], { stdio: 'ignore', detached: true });
  await untilListening(port);
  return {
    url: `git://127.0.0.1:${port}`,
    port,
    async close() {
      const closed = once(daemon, 'close');
      // `git` starts the daemon as its child, so the whole group is ended.
      process.kill(-(daemon.pid ?? 0), 'SIGTERM');
      await closed;
    },
  };
}

export async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (connected) return;
    await sleep(25);
  }
  throw new Error(`nothing listens on port ${port}`);
}
