import { DroverError } from '../domain/errors.js';
import type { SharedVolumeSpec } from '../domain/generated/sharedVolume.js';
import type { VolumeRef } from '../domain/volume.js';
import type { KubeClient } from '../k8s/client.js';
import { isStatus } from '../k8s/kubeError.js';
import type { KubeObject } from '../k8s/object.js';
import { secretPath } from '../k8s/paths.js';
import type { Credentials } from '../sources/source.js';

interface Secret extends KubeObject {
  readonly data?: Record<string, string>;
}

interface SecretKeyRef {
  readonly name: string;
  readonly key: string;
  readonly namespace?: string;
}

export interface ResolvedCredentials {
  readonly credentials: Credentials;
  /** Changes when a Secret that was read changes; says nothing about its content. */
  readonly version: string;
}

/** Reads the credentials of a volume's source from the spec and its Secrets, anew at each call. Never log or return them. */
export async function readCredentials(
  kube: KubeClient,
  volume: VolumeRef,
  spec: SharedVolumeSpec,
  signal?: AbortSignal,
): Promise<ResolvedCredentials> {
  const git = spec.source?.git;
  if (git === undefined) return { credentials: {}, version: '' };
  const versions = new Set<string>();

  const fromSecret = async (ref: SecretKeyRef | undefined): Promise<string | undefined> => {
    if (ref === undefined) return undefined;
    const namespace = ref.namespace ?? volume.namespace;
    const secret = await readSecret(kube, namespace, ref.name, signal);
    versions.add(`${secret.metadata.uid ?? ''}/${secret.metadata.resourceVersion ?? ''}`);
    const encoded = secret.data?.[ref.key];
    if (encoded === undefined) {
      throw new DroverError('SecretKeyNotFound', `the Secret ${namespace}/${ref.name} has no key "${ref.key}"`);
    }
    return Buffer.from(encoded, 'base64').toString('utf8');
  };

  const [password, privateKey, knownHosts] = await Promise.all([
    fromSecret(git.passwordFromSecret),
    fromSecret(git.privateKeyFromSecret),
    fromSecret(git.knownHostsFromSecret),
  ]);
  const credentials = {
    user: git.user,
    // A trailing newline comes from `kubectl create secret --from-file` and is never part of a password.
    password: password?.replace(/\r?\n$/, '') ?? git.password,
    privateKey: privateKey ?? decodeInlineKey(git.privateKey),
    knownHosts: knownHosts ?? git.knownHosts,
  };
  return { credentials: withoutUndefined(credentials), version: [...versions].sort().join(',') };
}

async function readSecret(kube: KubeClient, namespace: string, name: string, signal?: AbortSignal): Promise<Secret> {
  try {
    return await kube.get<Secret>(secretPath(namespace, name), signal);
  } catch (error) {
    if (isStatus(error, 404)) {
      throw new DroverError('SecretNotFound', `there is no Secret ${namespace}/${name}`);
    }
    throw error;
  }
}

/** Inline keys are base64, unlike those in Secrets: so the original defined it. */
function decodeInlineKey(encoded: string | undefined): string | undefined {
  if (encoded === undefined || encoded === '') return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  if (!decoded.includes('PRIVATE KEY')) {
    throw new DroverError('SecretInvalid', 'spec.source.git.privateKey is not a base64-encoded private key');
  }
  return decoded;
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
