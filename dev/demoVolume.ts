import { setTimeout as sleep } from 'node:timers/promises';
import type { SharedVolumeStatus } from '../domain/generated/sharedVolume.js';
import { runKubectl, type KubectlTarget } from './kubectl.js';
import { DEMO_BRANCH } from './demoRepository.js';

export const DEMO_NAMESPACE = 'demo';
export const DEMO_VOLUME = 'site';

const TIMEOUT_MS = 60_000;
const INTERVAL_MS = 200;
const NAMESPACED = ['--namespace', DEMO_NAMESPACE] as const;

export interface DemoVolume {
  readonly metadata: { readonly uid: string; readonly generation: number };
  readonly status?: SharedVolumeStatus;
}

/** Declares the volume, following its source: a pin that an interrupted demo left would hold it back. */
export async function applyDemoVolume(target: KubectlTarget, url: string, signal: AbortSignal): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: DEMO_NAMESPACE } };
  const volume = {
    apiVersion: 'sv.sharedvolume.io/v1alpha1',
    kind: 'SharedVolume',
    metadata: { name: DEMO_VOLUME, namespace: DEMO_NAMESPACE },
    spec: { mountPath: '/srv/site', syncInterval: '5s', source: { git: { url, branch: DEMO_BRANCH } } },
  };
  const apply = ['apply', '--server-side', '--force-conflicts', '--field-manager=drover-demo', '-f', '-'];
  await runKubectl(target, apply, signal, [namespace, volume]);
  const unpin = JSON.stringify({ spec: { pin: null, paused: null } });
  await runKubectl(target, ['patch', 'sv', DEMO_VOLUME, ...NAMESPACED, '--type=merge', '-p', unpin], signal);
}

export async function readDemoVolume(target: KubectlTarget, signal: AbortSignal): Promise<DemoVolume> {
  const output = await runKubectl(target, ['get', 'sv', DEMO_VOLUME, ...NAMESPACED, '-o', 'json'], signal);
  return JSON.parse(output) as DemoVolume;
}

/**
 * Waits until the volume has published `revision` and is Ready for its newest generation; 60 s at most. The error of a
 * time-out holds what the volume says of itself.
 */
export async function awaitPublished(
  target: KubectlTarget,
  revision: string,
  signal: AbortSignal,
): Promise<DemoVolume> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    const volume = await readDemoVolume(target, signal);
    if (isPublished(volume, revision)) return volume;
    if (performance.now() > deadlineMs) {
      const status = JSON.stringify(volume.status ?? {}, null, 2);
      throw new Error(`${revision} is not published after ${TIMEOUT_MS / 1000} s. The status is:\n${status}`);
    }
    await sleep(INTERVAL_MS, undefined, { signal });
  }
}

/** Whether readers see `revision`, and the condition Ready says so about the newest spec. */
export function isPublished({ metadata, status = {} }: DemoVolume, revision: string): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const isCurrent = (ready?.observedGeneration ?? 0) >= metadata.generation;
  return status.published?.revision === revision && ready?.status === 'True' && isCurrent;
}
