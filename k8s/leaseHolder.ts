import type { KubeClient } from './client.js';
import type { Clock } from './clock.js';
import { isStatus } from './kubeError.js';
import { heldSpec, isHeldByOther, type Lease } from './leaseRecord.js';
import { leasePath, leasesPath } from './paths.js';

/** How long a process that stops tries to give the lease back. Without success it merely expires. */
const RELEASE_TIMEOUT_MS = 3_000;

export interface HolderOptions {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly leaseMs: number;
  readonly clock: Clock;
}

/** One process's hand on one lease. */
export interface Holder {
  /** Takes or renews the lease; false while another holds it. */
  tryHold(signal: AbortSignal): Promise<boolean>;
  /** Gives it back, so that the next leader need not wait for it to expire. */
  release(log: (message: string, error?: unknown) => void): Promise<void>;
}

export function createHolder(client: KubeClient, options: HolderOptions): Holder {
  const { namespace, name, identity, leaseMs, clock } = options;
  const path = leasePath(namespace, name);
  let seen: Lease | undefined;
  let seenMs = 0;

  function see(lease: Lease): Lease {
    if (lease.metadata.resourceVersion !== seen?.metadata.resourceVersion) seenMs = clock.nowMs();
    seen = lease;
    return lease;
  }

  /** Writes only if nobody wrote since `lease` was read; else rejects with 409. */
  async function write({ metadata }: Lease, spec: object, signal?: AbortSignal): Promise<void> {
    const body = { metadata: { resourceVersion: metadata.resourceVersion }, spec };
    see(await client.patch<Lease>(path, body, { type: 'merge' }, signal));
  }

  async function create(signal: AbortSignal): Promise<boolean> {
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec: heldSpec({}, identity, leaseMs, new Date()),
    };
    see(await client.create<Lease>(leasesPath(namespace), body, signal));
    return true;
  }

  return {
    async tryHold(signal) {
      let lease: Lease;
      try {
        lease = see(await client.get<Lease>(path, signal));
      } catch (error) {
        if (isStatus(error, 404)) return await create(signal);
        throw error;
      }
      if (isHeldByOther(lease, identity, clock.nowMs() - seenMs)) return false;
      await write(lease, heldSpec(lease.spec, identity, leaseMs, new Date()), signal);
      return true;
    },
    async release(log) {
      if (seen?.spec.holderIdentity !== identity) return;
      try {
        await write(seen, { holderIdentity: '', leaseDurationSeconds: 1 }, AbortSignal.timeout(RELEASE_TIMEOUT_MS));
      } catch (error) {
        log('the lease was not given back and will expire', error);
      }
    },
  };
}
