import type { Credentials } from './credentials.js';
import type { ProcessSpec } from './process.js';
import type { ToolPaths } from './tools.js';

/** The ports of the Kubernetes API's processes, all on 127.0.0.1. */
export interface KubernetesPorts {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly kubernetes: number;
  readonly controllerManager: number;
}

export interface KubernetesPlace {
  readonly tools: ToolPaths;
  readonly ports: KubernetesPorts;
  readonly credentials: Credentials;
  readonly env: Readonly<Record<string, string>>;
}

/** Kubernetes' storage. Without flushes to disk: what a crash of the whole machine loses here can be applied again. */
export function etcdServer({ tools, ports, env }: KubernetesPlace, dataDir: string): ProcessSpec {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  const args = [
    `--data-dir=${dataDir}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
  return { name: 'etcd', command: tools.etcd, args, env };
}

export function apiServer({ tools, ports, credentials, env }: KubernetesPlace): ProcessSpec {
  const args = [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.kubernetes}`,
    // A loopback address is refused as an endpoint of the service, which nothing here uses.
    '--endpoint-reconciler-type=none',
    // It makes its own serving certificate there (apiserver.crt and apiserver.key), once.
    `--cert-dir=${credentials.directory}`,
    '--authorization-mode=RBAC',
    `--token-auth-file=${credentials.tokenFile}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${credentials.signingKey}`,
    `--service-account-signing-key-file=${credentials.signingKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
  ];
  // It keeps no state, and hangs on SIGTERM for minutes when etcd went before it, as it does when their parent dies.
  return { name: 'kube-apiserver', command: tools['kube-apiserver'], args, env, deathSignal: 'KILL' };
}

/** What deletes namespaces and collects garbage, among others. */
export function controllerManager(place: KubernetesPlace, kubeconfig: string): ProcessSpec {
  const { tools, ports, credentials, env } = place;
  const args = [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.controllerManager}`,
    `--tls-cert-file=${credentials.servingCertificate}`,
    `--tls-private-key-file=${credentials.servingKey}`,
    '--use-service-account-credentials',
    `--service-account-private-key-file=${credentials.signingKey}`,
    `--root-ca-file=${credentials.servingCertificate}`,
    // There is only this one; waiting for the lease of one that was killed would delay every restart.
    '--leader-elect=false',
  ];
  return { name: 'kube-controller-manager', command: tools['kube-controller-manager'], args, env };
}
