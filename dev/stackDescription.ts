import type { StackPorts } from './stackPorts.js';
import type { ClientPaths } from './tools.js';

/** Where everything of a running stack is. Plain data, so that it can be passed to other processes. */
export interface StackDescription {
  /** An absolute path. */
  readonly stateDir: string;
  /** A file with one context, which is the current one. */
  readonly kubeconfig: string;
  readonly context: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalUiUrl?: string;
  /** Every address that something listens on, by what it is. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly tools: ClientPaths;
}

/** A stack that this process may use, and must stop. */
export interface Stack extends StackDescription {
  /** The environment of children: nothing in it points at another cluster. */
  readonly env: Readonly<Record<string, string>>;
  /** The pid of one of its processes (`etcd`, `kube-apiserver`, `kube-controller-manager`, `temporal`). */
  readonly pid: (name: string) => number | undefined;
  /** Stops every process in order, and gives up the state directory. */
  readonly stop: () => Promise<void>;
}

/** What `stack.json` in the state directory holds: for the next start, and for the command line to find the stack. */
export interface StackRecord extends StackDescription {
  readonly ownerPid: number;
  readonly ports: StackPorts;
}
