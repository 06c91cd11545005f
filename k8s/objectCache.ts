import { objectKey, type KubeObject } from './object.js';

/** Called with the new object, or undefined when it is gone. */
export type ChangeListener<T> = (key: string, object: T | undefined) => void;

export interface ObjectCache<T> {
  get(key: string): T | undefined;
  list(): readonly T[];
  put(object: T): void;
  remove(key: string): void;
  /** Makes the cache hold exactly these objects; listeners hear of the differences only. */
  replace(objects: readonly T[]): void;
  /** Returns a function that ends the subscription. */
  onChange(listener: ChangeListener<T>): () => void;
}

/** Objects by key. What it hands out is frozen, since every reader gets the same one. */
export function createObjectCache<T extends KubeObject>(): ObjectCache<T> {
  const objects = new Map<string, T>();
  const listeners = new Set<ChangeListener<T>>();

  function notify(key: string, object: T | undefined): void {
    for (const listener of listeners) listener(key, object);
  }

  function put(object: T): void {
    const key = objectKey(object);
    // A list after a watch, and a resumed watch, repeat what is known already.
    if (objects.get(key)?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    const kept = deepFreeze(withoutManagedFields(object));
    objects.set(key, kept);
    notify(key, kept);
  }

  function remove(key: string): void {
    if (objects.delete(key)) notify(key, undefined);
  }

  return {
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    put,
    remove,
    replace(next) {
      const present = new Set(next.map(objectKey));
      for (const key of objects.keys()) if (!present.has(key)) remove(key);
      for (const object of next) put(object);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Nobody here reads who wrote which field, and it is often the larger half of an object. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown };
  return { ...object, metadata };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
