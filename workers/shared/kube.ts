import { connect, type KubeClient } from '../../k8s/client.js';
import type { CommonConfig } from './config.js';

/** The API server that the configuration names: a kubeconfig, or the pod's service account. */
export function connectKube({ DROVER_KUBECONFIG: kubeconfig, DROVER_KUBE_CONTEXT: context }: CommonConfig): KubeClient {
  if (kubeconfig === undefined) return connect({ inCluster: true });
  return connect({ kubeconfig, ...(context !== undefined && { context }) });
}

/** A check for `/readyz`. */
export async function checkKube(kube: KubeClient): Promise<void> {
  await kube.get('/version');
}
