/* Generated from k8s/crds/sharedvolumes.yaml by npm run generate. Change it there. */

/** When the source is checked, instead of syncInterval. Changed specs and requests do not wait for it. */
export interface Schedule {
  /** Five fields (minute, hour, day of month, month, day of week) as in crontab, or @hourly, @daily, @weekly, @monthly, @yearly. Where both days are given, either of them fits. */
  cron: string;
  /** The IANA time zone of cron, such as Europe/Berlin. UTC when absent. */
  timeZone?: string;
  /** Each check comes up to this much later, at random, so that volumes with one schedule spread out. A Go duration of at most 24h. 0s when absent. */
  jitter?: string;
}

/** Limits that a sync must keep before anything is written. A sync that breaks one is held until a person approves exactly its plan, or until the source moves on. A pinned revision passes them. */
export interface Gates {
  /** Whether a source without files is published. false when absent, so that it is held. */
  allowEmpty?: boolean;
  /** At most this share of the published files and links may be deleted by one sync. No limit when absent. */
  maxDeletePercent?: number;
  /** At most so many published files and links may be deleted by one sync. No limit when absent. */
  maxDeleteFiles?: number;
  /** At most so many bytes may the files have at the source, as a Kubernetes quantity such as 10Gi. No limit when absent. */
  maxBytes?: string;
  /**
   * Paths that must be there as files or links, relative to the published tree.
   *
   * @maxItems 64
   */
  requiredFiles?: string[];
  /** Whether every sync that changes a file waits for an approval. false when absent. */
  requireApproval?: boolean;
}

/** Size and access of the volume. Immutable once set. */
export interface Storage {
  /** A positive Kubernetes quantity such as 10Gi. */
  capacity: string;
  /** Whether consumers may write. ReadOnly when absent. */
  accessMode?: 'ReadOnly' | 'ReadWrite';
}

/** The NFS server that exports the volume. One is managed for the volume when absent. Immutable once set. */
export interface NfsServerReference {
  /** The name of the NfsServer resource. */
  name?: string;
  /** The namespace of the NfsServer resource. */
  namespace?: string;
  /** The host name or address of the server. */
  url?: string;
  /** The image of a managed server. */
  image?: string;
  /** The exported path. "/" when absent. */
  path?: string;
}

export interface SecretKeySelector {
  /** The name of the Secret. */
  name: string;
  /** The key in the Secret. */
  key: string;
  /** The namespace of the Secret. Required on a ClusterSharedVolume, forbidden on a SharedVolume. */
  namespace?: string;
}

/** A Git repository. */
export interface GitSource {
  /** The address of the repository, without a password in it: https, ssh, git, or git@host:path. */
  url: string;
  /** A branch, a tag or a full commit id. The remote's default branch when neither this nor branch is set. */
  ref?: string;
  /** A branch; kept for existing manifests. Prefer ref. */
  branch?: string;
  /** How many commits of history are fetched; 0 is the whole history. 1 when absent. */
  depth?: number;
  /** The directory of the repository that is published, relative and clean. The whole tree when absent. */
  subPath?: string;
  /**
   * The files and directories that are published, relative to the root of the repository; no patterns. With subPath, what lies in both. Everything when absent or empty.
   *
   * @maxItems 64
   */
  sparsePaths?: string[];
  /** Which submodules are published with the tree, each under its path: none of them, those that the repository names itself, or those and the ones that these name. None when absent. Credentials are given only to the server of url. */
  submodules?: 'None' | 'Direct' | 'Recursive';
  /** The user of an https address. Needed beside a password or token. */
  user?: string;
  /** A password or token in clear text; kept for existing manifests. Prefer passwordFromSecret. */
  password?: string;
  /** The password or token of an https address. */
  passwordFromSecret?: SecretKeySelector;
  /** A base64-encoded private key; kept for existing manifests. Prefer privateKeyFromSecret. */
  privateKey?: string;
  /** The private key of an SSH address, in OpenSSH or PEM form. */
  privateKeyFromSecret?: SecretKeySelector;
  /** Lines of a known_hosts file with the host keys that are trusted for an SSH address. */
  knownHosts?: string;
  /** Lines of a known_hosts file with the host keys that are trusted for an SSH address. */
  knownHostsFromSecret?: SecretKeySelector;
}

/** One file behind an HTTP address. */
export interface HttpSource {
  /** The address of the file. */
  url: string;
}

/** A bucket, or a prefix of one, on an S3 store. */
export interface S3Source {
  /** The address of the store. */
  endpointUrl: string;
  /** The bucket. */
  bucketName: string;
  /** The region that requests are signed for. */
  region: string;
  /** A prefix, taken as a directory. The whole bucket when absent. */
  path?: string;
  /** The access key id in clear text; kept for existing manifests. Prefer accessKeyFromSecret. */
  accessKey?: string;
  /** The access key id. */
  accessKeyFromSecret?: SecretKeySelector;
  /** The secret access key in clear text; kept for existing manifests. Prefer secretKeyFromSecret. */
  secretKey?: string;
  /** The secret access key. */
  secretKeyFromSecret?: SecretKeySelector;
}

/** A directory on a host that is reached by SSH. */
export interface SshSource {
  /** The host name or address. */
  host: string;
  /** The port. 22 when absent. */
  port?: number;
  /** The user to log in as. */
  user?: string;
  /** The directory on the host. Required. */
  path?: string;
  /** A password in clear text; kept for existing manifests. Prefer passwordFromSecret. */
  password?: string;
  /** The password. */
  passwordFromSecret?: SecretKeySelector;
  /** A base64-encoded private key; kept for existing manifests. Prefer privateKeyFromSecret. */
  privateKey?: string;
  /** The private key, in OpenSSH or PEM form. */
  privateKeyFromSecret?: SecretKeySelector;
}

/** Where the content comes from. A volume without a source is empty and filled by its consumers. */
export interface VolumeSource {
  /** A Git repository. */
  git?: GitSource;
  /** One file behind an HTTP address. */
  http?: HttpSource;
  /** A bucket, or a prefix of one, on an S3 store. */
  s3?: S3Source;
  /** A directory on a host that is reached by SSH. */
  ssh?: SshSource;
}

/** What is wanted of a volume. */
export interface SharedVolumeSpec {
  /** Where the volume is mounted in the containers of consumers. Absolute and clean. Immutable. */
  mountPath: string;
  /** How often the source is checked, as a Go duration of at least 5s. 60s when neither this nor schedule is set. */
  syncInterval?: string;
  /** How long one step of a sync (diff, fetch, verify) may take before it is stopped and the run waits as stalled, as a Go duration. Independent of syncInterval. 10m when absent. */
  syncTimeout?: string;
  /** Whether syncing rests. What is published stays published. */
  paused?: boolean;
  /** A revision, for Git a full commit id (40 lower-case hexadecimal digits). While it is set, this revision is published and the source is not followed. */
  pin?: string;
  /** How many published snapshots are kept for a rollback, the current one included. 3 when absent. */
  retain?: number;
  /** When the source is checked, instead of syncInterval. Changed specs and requests do not wait for it. */
  schedule?: Schedule;
  /** Limits that a sync must keep before anything is written. A sync that breaks one is held until a person approves exactly its plan, or until the source moves on. A pinned revision passes them. */
  gates?: Gates;
  /** What happens to the data on the export when the resource is deleted. Delete when absent. */
  deletionPolicy?: 'Retain' | 'Delete';
  /** Size and access of the volume. Immutable once set. */
  storage?: Storage;
  /** The storage class of a managed export. Immutable. */
  storageClassName?: string;
  /** The namespace of the objects that carry the volume. The volume's own namespace, or for cluster volumes that of the control plane, when absent. Immutable once set. */
  resourceNamespace?: string;
  /** The name that the objects of the volume share. Generated when absent. Immutable once set. */
  referenceValue?: string;
  /** The NFS server that exports the volume. One is managed for the volume when absent. Immutable once set. */
  nfsServer?: NfsServerReference;
  /** Where the content comes from. A volume without a source is empty and filled by its consumers. */
  source?: VolumeSource;
}

/** Where the content is published. */
export interface VolumeTarget {
  /** The name of the export. */
  export: string;
  /** The directory of the volume on the export, relative to its root. */
  path: string;
}

/** One aspect of the volume, as every Kubernetes condition. */
export interface Condition {
  /** The aspect. */
  type: string;
  /** Whether it holds. */
  status: 'True' | 'False' | 'Unknown';
  /** Why, in one CamelCase word that programs may rely on. */
  reason: string;
  /** Why, and what to do, for people. */
  message: string;
  /** When status last changed. */
  lastTransitionTime: string;
  /** The generation of the spec that this condition speaks of. */
  observedGeneration?: number;
}

/** What consumers read now. */
export interface PublishedContent {
  /** The revision of the source; for Git a full commit id. */
  revision: string;
  /** The digest of the manifest of the published tree. */
  digest: string;
  /** The name of the published snapshot. */
  snapshot: string;
  /** When it was published. */
  time: string;
  /** How many files and symbolic links it has. */
  files?: number;
  /** How many bytes its files have at the source. */
  bytes?: number;
}

/** One kept snapshot. */
export interface SnapshotRecord {
  /** The name of the snapshot. */
  name: string;
  /** The revision of the source; for Git a full commit id. */
  revision: string;
  /** The digest of its manifest. */
  digest: string;
  /** When it was published last. */
  time: string;
  /** How many files and symbolic links it has. */
  files?: number;
  /** How many bytes its files have at the source. */
  bytes?: number;
}

/** The last finished sync. */
export interface SyncRecord {
  /** When it started. */
  startTime: string;
  /** How long it took, as a Go duration. */
  duration?: string;
  /** How it ended, in a word. */
  result: string;
  /** Why it ended so, in one CamelCase word. */
  reason?: string;
  /** Why it ended so, for people. */
  message?: string;
  /** The revision that it was for. */
  revision?: string;
  /** What asked for it. */
  trigger?: string;
  /** How many files and symbolic links were added, changed or deleted. */
  filesChanged?: number;
  /** How many bytes came over the network. */
  bytesFetched?: number;
  /** The id of its Temporal workflow. */
  workflowId?: string;
  /** The id of its Temporal run. */
  runId?: string;
}

/** What a run that is held would do. Approve it by the annotation drover.io/approved-plan with its digest as value. */
export interface PendingPlan {
  /** Names exactly this change of what is published now to this revision. */
  digest: string;
  /** The revision that would be published. */
  revision: string;
  /** How many files and symbolic links there would be. */
  files?: number;
  /** How many bytes its files would have at the source. */
  bytes?: number;
  /** How many files and symbolic links would be added. */
  added?: number;
  /** How many would have other content or another mode. */
  changed?: number;
  /** How many would be deleted. */
  deleted?: number;
  /** How many bytes the added and changed files have at the source. */
  bytesToWrite?: number;
}

/** What was last seen of a volume. Written by Drover only. */
export interface SharedVolumeStatus {
  /** The generation of the spec that the rest of the status speaks of. */
  observedGeneration?: number;
  /** A word for people, derived from the conditions. Programs read the conditions. */
  phase?: string;
  /** What a person should know, and do, now. */
  message?: string;
  /** The host name or address of the NFS server. */
  nfsServerAddress?: string;
  /** The claim that carries the volume. */
  persistentVolumeClaimName?: string;
  /** The persistent volume that carries the volume. */
  persistentVolumeName?: string;
  /** The Service of the volume. Always empty; kept for existing readers. */
  serviceName?: string;
  /** Where the content is published. */
  target?: VolumeTarget;
  /** Ready, Reconciled, SourceReachable, Synced, Published and Stalled. */
  conditions?: Condition[];
  /** What consumers read now. */
  published?: PublishedContent;
  /** The snapshots that are kept, of which each can be published again. */
  snapshots?: SnapshotRecord[];
  /** The last finished sync. */
  lastSync?: SyncRecord;
  /** What a run that is held would do. Approve it by the annotation drover.io/approved-plan with its digest as value. */
  pendingPlan?: PendingPlan;
  /** When the source was last asked for its revision. */
  lastCheckTime?: string;
  /** The request annotation that was handled last. */
  lastHandledSyncRequest?: string;
}
