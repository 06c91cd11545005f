import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { connect, type KubeClient } from '../../k8s/client.js';
import type { KubeObject } from '../../k8s/object.js';
import { testStack } from '../stack.js';

const DEFINITIONS_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** A client for the test's API server. */
export function connectStack(): KubeClient {
  return connect({ kubeconfig: testStack().kubeconfig });
}

/** A word that no other test run uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

/** A new namespace. */
export async function createNamespace(client: KubeClient): Promise<string> {
  const name = uniqueName('k8s-test');
  await client.create('/api/v1/namespaces', { metadata: { name } });
  return name;
}

/** Applies a definition and waits until its resources can be used with its present schema. */
export async function applyDefinition(client: KubeClient, definition: KubeObject): Promise<void> {
  const path = `${DEFINITIONS_PATH}/${definition.metadata.name}`;
  await client.patch(path, definition, { type: 'apply', fieldManager: 'drover-test', force: true });
  await eventually(async () => {
    const { status } = await client.get<Definition>(path);
    return status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true;
  });
}

/** The definitions of volumes, from the files that are delivered. */
export function volumeDefinitions(): KubeObject[] {
  return ['sharedvolumes', 'clustersharedvolumes'].map((plural) => {
    return parse(readFileSync(`k8s/crds/${plural}.yaml`, 'utf8')) as KubeObject;
  });
}

/** Waits until it is true. The limit is far above what any test needs; it only keeps a failing one from hanging. */
export async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const limit = AbortSignal.timeout(20_000);
  while (!(await isTrue())) {
    limit.throwIfAborted();
    await sleep(20);
  }
}

/** The message of the refusal, or `accepted`. */
export async function outcomeOf(request: Promise<unknown>): Promise<string> {
  return await request.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
