import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeKubeconfig } from './kubeconfig.js';
import { apiServer, controllerManager, etcdServer, type KubernetesPlace } from './kubernetes.js';
import type { ProcessSpec } from './process.js';
import { probeHttp } from './probeHttp.js';
import type { Probe } from './ready.js';

/** Starts a process, and waits until the probe holds when one is given. */
export type StartProcess = (spec: ProcessSpec, probe?: Probe) => Promise<void>;

/**
 * Starts etcd, the Kubernetes API server and its controllers, and writes `kubeconfig` into the state directory.
 * The API server waits for etcd by itself; the controllers need the certificate that it makes at its first start.
 */
export async function startKubernetes(place: KubernetesPlace, stateDir: string, start: StartProcess): Promise<void> {
  const { credentials, ports } = place;
  const server = `https://127.0.0.1:${ports.kubernetes}`;
  await start(etcdServer(place, join(stateDir, 'etcd')));
  await start(apiServer(place), async (signal) => {
    const ca = await readFile(credentials.servingCertificate);
    await probeHttp(`${server}/readyz`, { ca, token: credentials.adminToken }, signal);
  });

  const certificateAuthority = await readFile(credentials.servingCertificate, 'utf8');
  const write = async (path: string, user: string, token: string) => {
    await writeFile(path, composeKubeconfig({ server, certificateAuthority, user, token }), { mode: 0o600 });
  };
  await write(join(stateDir, 'kubeconfig'), 'drover-admin', credentials.adminToken);
  const ownKubeconfig = join(credentials.directory, 'controller-manager.kubeconfig');
  await write(ownKubeconfig, 'kube-controller-manager', credentials.controllerManagerToken);

  await start(controllerManager(place, ownKubeconfig), async (signal) => {
    const ca = Buffer.from(certificateAuthority);
    await probeHttp(`https://127.0.0.1:${ports.controllerManager}/healthz`, { ca }, signal);
  });
}
