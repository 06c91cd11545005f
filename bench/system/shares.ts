import type { SystemUsage } from './startSystem.js';

const MIB = 1024 * 1024;

/** The processor time of each process between two looks; `cpu` is mover and control. */
export function cpuShares(before: SystemUsage, after: SystemUsage) {
  const cpuOf = (part: keyof SystemUsage): number => after[part].cpuMs - before[part].cpuMs;
  return {
    cpu: cpuOf('mover') + cpuOf('control'),
    cpuMover: cpuOf('mover'),
    cpuControl: cpuOf('control'),
    cpuTemporal: cpuOf('temporal'),
    cpuApiServer: cpuOf('kube-apiserver'),
    cpuControllerManager: cpuOf('kube-controller-manager'),
    cpuEtcd: cpuOf('etcd'),
  };
}

/** The peak memory of each process among several looks; `rss` is the peak of mover and control together. */
export function memoryPeaks(looks: readonly SystemUsage[]) {
  const peak = (bytesOf: (usage: SystemUsage) => number): number => Math.max(0, ...looks.map(bytesOf)) / MIB;
  return {
    rss: peak(({ mover, control }) => mover.rssBytes + control.rssBytes),
    rssMover: peak(({ mover }) => mover.rssBytes),
    rssControl: peak(({ control }) => control.rssBytes),
    rssTemporal: peak(({ temporal }) => temporal.rssBytes),
    rssApiServer: peak((usage) => usage['kube-apiserver'].rssBytes),
    rssEtcd: peak(({ etcd }) => etcd.rssBytes),
  };
}
