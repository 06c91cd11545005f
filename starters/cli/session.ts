import { Client, Connection } from '@temporalio/client';
import { CLUSTER_SCOPE, syncWorkflowId, volumeKey } from '../../domain/volume.js';
import { connect, type KubeClient } from '../../k8s/client.js';
import { isStatus } from '../../k8s/kubeError.js';
import { volumePath } from '../../k8s/paths.js';
import { volumeRefOf, type VolumeObject } from '../../k8s/volume.js';
import type { Cluster } from './cluster.js';
import { CliError, EXIT } from './exitCodes.js';

/** What commands work with. Temporal is connected when a command needs it: most only read resources. */
export interface Session {
  readonly kube: KubeClient;
  readonly temporal: () => Promise<Client>;
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

export function openSession({ kubeconfig, context, ...cluster }: Cluster, signal: AbortSignal): Session {
  const kube = connectKube(kubeconfig, context);
  let connection: Connection | undefined;
  return {
    kube,
    signal,
    async temporal() {
      const address = cluster.temporalAddress;
      try {
        connection ??= await Connection.connect({ address, connectTimeout: 5_000 });
      } catch (error) {
        throw new CliError(`Temporal at ${address} does not answer: ${(error as Error).message}`, EXIT.unreachable);
      }
      return new Client({ connection, namespace: cluster.temporalNamespace });
    },
    async close() {
      await connection?.close();
    },
  };
}

function connectKube(kubeconfig: string, context: string | undefined): KubeClient {
  try {
    return connect({ kubeconfig, ...(context !== undefined && { context }) });
  } catch (error) {
    throw new CliError(`the kubeconfig cannot be used: ${(error as Error).message}`, EXIT.usage);
  }
}

/** The volume `NAMESPACE/NAME`, or `NAME` (also `_cluster/NAME`) of the cluster kind. */
export async function findVolume({ kube, signal }: Session, name: string): Promise<VolumeObject> {
  const parts = name.split('/');
  if (parts.length > 2 || parts.some((part) => part === '')) {
    throw new CliError(`"${name}" is not NAMESPACE/NAME, nor the NAME of a ClusterSharedVolume`, EXIT.usage);
  }
  const [first = '', second] = parts;
  const isCluster = second === undefined || first === CLUSTER_SCOPE;
  const ref = isCluster
    ? ({ kind: 'ClusterSharedVolume', namespace: '', name: second ?? first } as const)
    : ({ kind: 'SharedVolume', namespace: first, name: second } as const);
  try {
    return await kube.get<VolumeObject>(volumePath(ref), signal);
  } catch (error) {
    if (isStatus(error, 404)) throw new CliError(`there is no ${ref.kind} ${volumeKey(ref)}`, EXIT.notFound);
    throw error;
  }
}

/** Changes the resource: the only way in which the command line says what is wanted. */
export async function patchVolume({ kube, signal }: Session, volume: VolumeObject, patch: object): Promise<void> {
  const { uid } = volume.metadata;
  await kube.patch(volumePath(volumeRefOf(volume)), { metadata: { uid }, ...patch }, { type: 'merge' }, signal);
}

export function nameOf(volume: VolumeObject): string {
  return volumeKey(volumeRefOf(volume));
}

export function workflowIdOf(volume: VolumeObject): string {
  return syncWorkflowId(volumeRefOf(volume));
}
