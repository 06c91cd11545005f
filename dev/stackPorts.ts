import type { KubernetesPorts } from './kubernetes.js';
import type { TemporalSettings } from './temporalSettings.js';

/** Everything of a stack that listens. */
export interface StackPorts extends KubernetesPorts {
  readonly temporal: number;
  readonly temporalUi: number;
}

export type PortName = keyof StackPorts;

/** The ports that everybody knows: those in the documentation of each program. */
export function usualPorts({ port, uiPort }: Pick<TemporalSettings, 'port' | 'uiPort'>): StackPorts {
  return {
    etcd: 2379,
    etcdPeer: 2380,
    kubernetes: 6443,
    controllerManager: 10_257,
    temporal: port,
    temporalUi: uiPort,
  };
}

/** No preference at all, so that stacks side by side do not compete for the same ports. */
export const ANY_PORTS: Readonly<Record<PortName, undefined>> = {
  etcd: undefined,
  etcdPeer: undefined,
  kubernetes: undefined,
  controllerManager: undefined,
  temporal: undefined,
  temporalUi: undefined,
};
