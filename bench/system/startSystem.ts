import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startDrover } from '../../dev/drover.js';
import { findTools } from '../../dev/findTools.js';
import { findRepositoryRoot } from '../../dev/repositoryRoot.js';
import { startStack } from '../../dev/stack.js';
import { parseTemporalSettings } from '../../dev/temporalSettings.js';
import { TOOL_NAMES } from '../../dev/tools.js';
import { connect, type KubeClient } from '../../k8s/client.js';
import { usageOf, type Usage } from '../usage.js';
import type { Bench } from '../workload.js';

/** The processes whose shares are told apart. */
const PARTS = ['mover', 'control', 'temporal', 'kube-apiserver', 'kube-controller-manager', 'etcd'] as const;

/** What each process and all that it started has used so far. */
export type SystemUsage = Readonly<Record<(typeof PARTS)[number], Usage>>;

/** The whole system: real servers, Drover's own processes, custom resources. */
export interface System {
  readonly kube: KubeClient;
  readonly temporal: Client;
  /** The metrics of the mover, as Prometheus reads them. */
  readonly moverMetricsUrl: string;
  readonly usage: () => SystemUsage;
}

export const NAMESPACE = 'bench';

/** Starts everything on 127.0.0.1; it ends with the workload. */
export async function startSystem({ dir, env, ownEnv, say, defer, signal }: Bench): Promise<System> {
  const repositoryRoot = findRepositoryRoot();
  const tools = await findTools(TOOL_NAMES, { env: ownEnv, say }, signal);
  const temporalSettings = parseTemporalSettings(await readFile(join(repositoryRoot, 'temporal-dev.yaml'), 'utf8'));
  const stateDir = join(dir, 'stack');
  const stack = await startStack({ stateDir, tools, temporal: temporalSettings, env, say, ports: 'any' }, signal);
  defer(stack.stop);
  const drover = await startDrover(stack, { repositoryRoot, say, ports: 'any' }, signal);
  defer(drover.stop);
  const kube = connect({ kubeconfig: stack.kubeconfig });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  defer(() => connection.close());
  await kube.create(
    '/api/v1/namespaces',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    signal,
  );

  const pidOf = (part: (typeof PARTS)[number]): number | undefined => {
    if (part === 'control') return drover.pid('control');
    return part === 'mover' ? drover.pid('mover-local') : stack.pid(part);
  };
  const usageOfPart = (part: (typeof PARTS)[number]): Usage => {
    const pid = pidOf(part);
    if (pid === undefined) throw new Error(`${part} has died`);
    return usageOf(pid);
  };
  return {
    kube,
    temporal: new Client({ connection, namespace: stack.temporalNamespace }),
    moverMetricsUrl: drover.addresses['mover-local metrics'] ?? '',
    usage: () => Object.fromEntries(PARTS.map((part) => [part, usageOfPart(part)])) as SystemUsage,
  };
}
