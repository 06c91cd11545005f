import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Credentials } from './credentials.js';
import { superviseProcess, type SupervisedProcess } from './process.js';
import { awaitReady } from './ready.js';
import { settleAll } from './settleAll.js';
import type { StackPorts } from './stackPorts.js';
import { startKubernetes, type StartProcess } from './startKubernetes.js';
import { setRetention, temporalServer } from './temporal.js';
import type { TemporalSettings } from './temporalSettings.js';
import type { ToolPaths } from './tools.js';

export interface ServersOptions {
  /** An absolute path. */
  readonly stateDir: string;
  readonly tools: ToolPaths;
  readonly temporal: TemporalSettings;
  readonly ports: StackPorts;
  readonly credentials: Credentials;
  readonly env: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/** Starts all servers of a stack and returns them when all are ready; when one fails, those that run are stopped. */
export async function startServers(options: ServersOptions, signal: AbortSignal): Promise<SupervisedProcess[]> {
  const { stateDir, tools, temporal, ports, env, say } = options;
  const databasePath = join(stateDir, 'temporal', 'temporal.db');
  await mkdir(dirname(databasePath), { recursive: true });
  const running: SupervisedProcess[] = [];
  const start: StartProcess = async (spec, probe) => {
    signal.throwIfAborted();
    const child = await superviseProcess(spec, { stateDir, say });
    running.push(child);
    if (probe !== undefined) await awaitReady(child, probe, signal);
  };
  const place = { program: tools.temporal, port: ports.temporal, uiPort: ports.temporalUi, databasePath, env };
  try {
    await settleAll([
      startKubernetes(options, stateDir, start),
      start(temporalServer(temporal, place), async (waiting) => await setRetention(temporal, place, waiting)),
    ]);
    return running;
  } catch (error) {
    await stopInOrder(running);
    throw error;
  }
}

/** Last come, first go: whoever depends on another stops before it. */
export async function stopInOrder(running: SupervisedProcess[]): Promise<void> {
  for (let child = running.pop(); child !== undefined; child = running.pop()) await child.stop();
}
