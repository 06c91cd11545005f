import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readJson } from '../snapshots/files.js';
import { ensureCredentials } from './credentials.js';
import { childEnvironment } from './environment.js';
import { LOCAL_CONTEXT } from './kubeconfig.js';
import { startOnFreePorts } from './ports.js';
import type { Stack, StackDescription, StackRecord } from './stackDescription.js';
import { ANY_PORTS, usualPorts, type StackPorts } from './stackPorts.js';
import { startServers, stopInOrder } from './startServers.js';
import { claimStateDirectory } from './stateDirectory.js';
import type { TemporalSettings } from './temporalSettings.js';
import type { ToolPaths } from './tools.js';

export interface StackOptions {
  /** Holds everything that survives: data, credentials, logs. Created when missing. */
  readonly stateDir: string;
  readonly tools: ToolPaths;
  readonly temporal: TemporalSettings;
  /** The environment of this process; children see an allow-list of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** `usual` (the default) prefers the ports that everybody knows; `any` takes free ones, for stacks side by side. */
  readonly ports?: 'usual' | 'any';
}

/**
 * Starts etcd, the Kubernetes API with its controllers, and Temporal on 127.0.0.1, and settles when all are ready.
 * A state directory that was used before is continued: data, credentials and, where they are free, ports.
 * Throws when its owner still runs, when a process dies before it is ready, or on abort; nothing is left running then.
 * `signal` ends the start only: a started stack is ended by its `stop`.
 */
export async function startStack(options: StackOptions, signal: AbortSignal): Promise<Stack> {
  const { say, temporal } = options;
  const stateDir = resolve(options.stateDir);
  const env = childEnvironment(options.env);
  const release = await claimStateDirectory(stateDir);
  try {
    const last = await readJson<StackRecord>(join(stateDir, 'stack.json'));
    const preferred = last?.ports ?? (options.ports === 'any' ? ANY_PORTS : usualPorts(temporal));
    const credentials = await ensureCredentials(join(stateDir, 'credentials'));
    return await startOnFreePorts(preferred, say, async (ports) => {
      const running = await startServers({ ...options, stateDir, env, ports, credentials }, signal);
      const description = describe(stateDir, ports, options);
      const record: StackRecord = { ...description, ownerPid: process.pid, ports };
      await writeFile(join(stateDir, 'stack.json'), `${JSON.stringify(record, null, 2)}\n`);
      const stop = async () => {
        await stopInOrder(running);
        await release();
      };
      return { ...description, env, pid: (name) => running.find((child) => child.name === name)?.pid(), stop };
    });
  } catch (error) {
    await release();
    throw error;
  }
}

function describe(stateDir: string, ports: StackPorts, { temporal, tools }: StackOptions): StackDescription {
  const temporalAddress = `${temporal.ip}:${ports.temporal}`;
  const temporalUiUrl = `http://${temporal.ip}:${ports.temporalUi}`;
  return {
    stateDir,
    kubeconfig: join(stateDir, 'kubeconfig'),
    context: LOCAL_CONTEXT,
    temporalAddress,
    temporalNamespace: temporal.namespace,
    temporalUiUrl,
    addresses: {
      etcd: `http://127.0.0.1:${ports.etcd}`,
      'kube-apiserver': `https://127.0.0.1:${ports.kubernetes}`,
      'kube-controller-manager': `https://127.0.0.1:${ports.controllerManager}`,
      temporal: temporalAddress,
      'temporal-ui': temporalUiUrl,
    },
    tools,
  };
}
