import { join } from 'node:path';
import { SYSTEM_NAMESPACE } from '../domain/names.js';
import { runKubectl, type KubectlTarget } from './kubectl.js';

const APPLY = ['apply', '--server-side', '--force-conflicts', '--field-manager=drover-install'] as const;

/** Applies Drover's resource definitions and its namespace, and waits until the definitions are served. */
export async function applyDefinitions(
  target: KubectlTarget,
  repositoryRoot: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = join(repositoryRoot, 'k8s', 'crds');
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } };
  await runKubectl(target, [...APPLY, '-f', folder], signal);
  await runKubectl(target, [...APPLY, '-f', '-'], signal, [namespace]);
  await runKubectl(target, ['wait', '--for=condition=Established', '--timeout=60s', '-f', folder], signal);
}
