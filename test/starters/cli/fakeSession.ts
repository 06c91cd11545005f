import type { VolumeObject } from '../../../k8s/volume.js';
import { volumePath } from '../../../k8s/paths.js';
import { volumeRefOf } from '../../../k8s/volume.js';
import type { Io } from '../../../starters/cli/command.js';
import type { Session } from '../../../starters/cli/session.js';
import { createFakeTemporal, type FakeTemporal } from '../../doubles/fakeTemporal.js';
import { createFakeKubeStore, type FakeKubeStore } from '../../k8s/fakeKubeStore.js';

export interface FakeSession {
  readonly session: Session;
  readonly kube: FakeKubeStore;
  readonly temporal: FakeTemporal;
  /** What `io.progress` was told. */
  readonly progress: string[];
  /** The texts that `io.print` was given. */
  readonly printed: string[];
  readonly io: Io;
  /** Adds or replaces a volume. */
  readonly put: (volume: VolumeObject) => void;
  readonly remove: (volume: VolumeObject) => void;
  readonly stop: AbortController;
}

/** A command's surroundings at 2026-01-01T01:00:00Z. Nobody waits: every sleep ends at once. */
export function createFakeSession(...volumes: VolumeObject[]): FakeSession {
  const objects = new Map<string, unknown>();
  const kube = createFakeKubeStore(objects);
  const temporal = createFakeTemporal();
  const stop = new AbortController();
  const progress: string[] = [];
  const printed: string[] = [];
  const put = (volume: VolumeObject): void => void objects.set(volumePath(volumeRefOf(volume)), volume);
  volumes.forEach(put);
  return {
    session: {
      kube: kube.client,
      temporal: async () => temporal.client,
      signal: stop.signal,
      close: async () => undefined,
    },
    kube,
    temporal,
    progress,
    printed,
    io: {
      note: () => undefined,
      progress: (line) => void progress.push(line),
      print: (_json, text) => void printed.push(text),
      now: () => new Date('2026-01-01T01:00:00Z'),
      sleep: async () => undefined,
    },
    put,
    remove: (volume) => void objects.delete(volumePath(volumeRefOf(volume))),
    stop,
  };
}
