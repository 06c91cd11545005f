import type { Part } from './startSystem.js';
import type { Usage } from '../usage.js';

/** The processor time of each part between two looks. */
export function cpuBetween(before: Readonly<Record<Part, Usage>>, after: Readonly<Record<Part, Usage>>) {
  const cpuOf = (part: Part): number => after[part].cpuMs - before[part].cpuMs;
  return {
    cpu: cpuOf('drover'),
    cpuTemporal: cpuOf('temporal'),
    cpuApiServer: cpuOf('kube-apiserver'),
    cpuControllerManager: cpuOf('kube-controller-manager'),
    cpuEtcd: cpuOf('etcd'),
  };
}
