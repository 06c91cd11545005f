/** The parts of Kubernetes objects that every kind has. */

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  /** Absent for cluster kinds. */
  readonly namespace?: string;
  readonly uid?: string;
  /** Opaque; changes with every write. */
  readonly resourceVersion?: string;
  /** Rises with every change of the spec. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  /** Set while the object waits for its finalizers to be removed. */
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface KubeObject {
  /** Absent on the items of a list of a built-in kind. */
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

export interface KubeList<T> {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly T[];
}

/** One change of a watched collection. A bookmark holds nothing but a resourceVersion. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** `namespace/name`, or `name` for cluster kinds. */
export function objectKey({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
