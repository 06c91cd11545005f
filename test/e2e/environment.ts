import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { findCondition } from '../../domain/conditions.js';
import type { Condition, SharedVolumeSpec } from '../../domain/generated/sharedVolume.js';
import { syncWorkflowId } from '../../domain/volume.js';
import { connect, type KubeClient } from '../../k8s/client.js';
import { isStatus } from '../../k8s/kubeError.js';
import { volumePath } from '../../k8s/paths.js';
import { volumeRefOf, type VolumeObject } from '../../k8s/volume.js';
import { testStack, type TestStack } from '../stack.js';
import { startTestDrover, type TestDrover } from './processes.js';

/** Drover's real processes on the real stack, and what tests do with them. Every test file has its own namespaces. */
export interface Environment {
  readonly drover: TestDrover;
  readonly kube: KubeClient;
  readonly temporal: Client;
  /** A namespace of this file. */
  readonly namespace: string;
  /** A directory for repositories and the like; removed at the end. */
  readonly dir: string;
  createVolume(name: string, spec: Partial<SharedVolumeSpec>): Promise<VolumeObject>;
  createSecret(name: string, data: Readonly<Record<string, string>>): Promise<void>;
  patchSpec(name: string, spec: object): Promise<void>;
  annotate(name: string, annotations: Readonly<Record<string, string>>): Promise<void>;
  /** Undefined when it is gone. */
  volume(name: string): Promise<VolumeObject | undefined>;
  /** Waits until the volume is as `check` wants it; fails with its status after `timeoutMs` (30 s). */
  untilVolume(name: string, check: (volume: VolumeObject) => boolean, timeoutMs?: number): Promise<VolumeObject>;
  untilGone(name: string, timeoutMs?: number): Promise<void>;
  deleteVolume(name: string): Promise<void>;
  /** The directory of a volume on the export. */
  directory(name: string): string;
  /** The executions of the volume's sync workflow, the newest first. */
  runs(volume: VolumeObject): Promise<{ runId: string; status: string }[]>;
  cli(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  close(): Promise<void>;
}

const CLI = fileURLToPath(new URL('../../dist/starters/cli/main.js', import.meta.url));

export interface EnvironmentOptions {
  /** A directory for this file; a new temporary one when absent. Removed at the end either way. */
  readonly dir?: string;
  /** Further variables for the mover. */
  readonly moverVariables?: Readonly<Record<string, string>>;
  /** Runs before the processes start; its result runs after they have ended, before the directory is removed. */
  readonly prepareExport?: (exportPath: string) => () => void;
  /** The one that all tests share when absent. */
  readonly stack?: TestStack;
  /** How Drover's processes reach the API server; as the stack says when absent. */
  readonly kubeconfig?: string;
}

export async function startEnvironment({
  dir = makeDirectory(),
  moverVariables,
  prepareExport,
  stack = testStack(),
  kubeconfig = stack.kubeconfig,
}: EnvironmentOptions = {}): Promise<Environment> {
  const kube = connect({ kubeconfig: stack.kubeconfig });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const temporal = new Client({ connection, namespace: stack.temporalNamespace });
  const namespace = `test-${randomUUID().slice(0, 8)}`;
  const releaseExport = prepareExport?.(join(dir, 'exports', 'local'));
  const drover = await startTestDrover(dir, moverVariables, { ...stack, kubeconfig });
  await kube.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });

  const pathOf = (name: string): string => volumePath({ kind: 'SharedVolume', namespace, name });

  const environment: Environment = {
    drover,
    kube,
    temporal,
    namespace,
    dir,

    createVolume: (name, spec) =>
      kube.create<VolumeObject>(`/apis/sv.sharedvolume.io/v1alpha1/namespaces/${namespace}/sharedvolumes`, {
        apiVersion: 'sv.sharedvolume.io/v1alpha1',
        kind: 'SharedVolume',
        metadata: { name, namespace },
        spec: { mountPath: `/srv/${name}`, ...(spec.schedule === undefined && { syncInterval: '5s' }), ...spec },
      }),

    async createSecret(name, data) {
      const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: data };
      const options = { type: 'apply', fieldManager: 'test', force: true } as const;
      await kube.patch(`/api/v1/namespaces/${namespace}/secrets/${name}`, body, options);
    },

    async patchSpec(name, spec) {
      await kube.patch(pathOf(name), { spec }, { type: 'merge' });
    },

    async annotate(name, annotations) {
      await kube.patch(pathOf(name), { metadata: { annotations } }, { type: 'merge' });
    },

    async volume(name) {
      try {
        return await kube.get<VolumeObject>(pathOf(name));
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },

    async untilVolume(name, check, timeoutMs = 30_000) {
      let last: VolumeObject | undefined;
      await until(
        async () => {
          last = await environment.volume(name);
          return last !== undefined && check(last);
        },
        timeoutMs,
        () => `${name}: ${JSON.stringify(last?.status, undefined, 1)}`,
      );
      if (last === undefined) throw new Error(`${name} is gone`);
      return last;
    },

    untilGone: (name, timeoutMs = 30_000) =>
      until(
        async () => (await environment.volume(name)) === undefined,
        timeoutMs,
        () => `${name} is still there`,
      ),

    deleteVolume: (name) => kube.delete(pathOf(name)),

    directory: (name) => join(drover.exportPath, `${namespace}.${name}`),

    async runs(volume) {
      const found = [];
      const query = `WorkflowId = '${syncWorkflowId(volumeRefOf(volume))}'`;
      for await (const { runId, status } of temporal.workflow.list({ query }))
        found.push({ runId, status: status.name });
      return found;
    },

    cli: (...args) =>
      new Promise((resolve) => {
        const flags = ['--kubeconfig', stack.kubeconfig, '--temporal', stack.temporalAddress];
        execFile(process.execPath, [CLI, ...flags, ...args], { env: {} }, (error, stdout, stderr) => {
          resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
        });
      }),

    async close() {
      await kube.delete(`/api/v1/namespaces/${namespace}`);
      await until(
        async () => !(await namespaceExists()),
        60_000,
        () => `the namespace ${namespace} does not end`,
      );
      await drover.stop();
      await connection.close();
      releaseExport?.();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return environment;

  async function namespaceExists(): Promise<boolean> {
    try {
      await kube.get(`/api/v1/namespaces/${namespace}`);
      return true;
    } catch (error) {
      if (isStatus(error, 404)) return false;
      throw error;
    }
  }
}

/** A directory for one test file. */
export function makeDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'drover-e2e-'));
}

/** Waits until `check` holds, looking every 100 ms. */
export async function until(
  check: () => Promise<boolean> | boolean,
  timeoutMs = 30_000,
  describe: () => string = () => 'the condition does not hold',
): Promise<void> {
  for (const endMs = Date.now() + timeoutMs; !(await check()); await sleep(100)) {
    if (Date.now() > endMs) throw new Error(`after ${timeoutMs / 1000} s: ${describe()}`);
  }
}

export function condition(volume: VolumeObject, type: Parameters<typeof findCondition>[1]): Condition | undefined {
  return findCondition(volume.status?.conditions, type);
}

export function isReady(volume: VolumeObject): boolean {
  return condition(volume, 'Ready')?.status === 'True';
}

/** Whether this revision is published, and the status says so. */
export function hasPublished(revision: string): (volume: VolumeObject) => boolean {
  return ({ status }) => status?.published?.revision === revision;
}

export function isStalled(reason: string): (volume: VolumeObject) => boolean {
  return (volume) => {
    const stalled = condition(volume, 'Stalled');
    return stalled?.status === 'True' && stalled.reason === reason;
  };
}
