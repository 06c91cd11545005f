import type { SourceSettings } from '../domain/settings.js';
import type { KubeClient } from '../k8s/client.js';
import type { PublishHooks } from '../snapshots/publish.js';
import type { Source } from '../sources/source.js';
import type { ReportProgress } from './step.js';

/** What the activities of a mover need from outside. */
export interface MoverPorts {
  readonly exportName: string;
  /** The directory that is exported. */
  readonly exportPath: string;
  /** A directory of this process alone, on local storage, for credential files. */
  readonly privateRoot: string;
  /** How long a snapshot is kept after it stopped being the published one. */
  readonly graceMs: number;
  readonly kube: KubeClient;
  readonly createSource: (settings: SourceSettings) => Source;
  readonly reportProgress?: ReportProgress;
  /**
   * Asks Temporal whether this try of a step is the one that counts, by the token of its task. Rejects with `Fenced` when it
   * was given to another mover meanwhile.
   */
  readonly confirmTry: (taskToken: Uint8Array) => Promise<void>;
  readonly publishHooks?: PublishHooks;
}
