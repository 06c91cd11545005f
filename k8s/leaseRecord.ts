import { microTime } from './microTime.js';
import type { KubeObject } from './object.js';

/** A `coordination.k8s.io/v1` Lease. */
export interface Lease extends KubeObject {
  readonly spec: LeaseSpec;
}

export interface LeaseSpec {
  /** Empty or absent when nobody holds it. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  /** How often the holder changed. */
  readonly leaseTransitions?: number;
}

/** Whether someone else holds the lease, `unchangedMs` after it was first seen in its present state. */
export function isHeldByOther({ spec }: Lease, identity: string, unchangedMs: number): boolean {
  const { holderIdentity = '', leaseDurationSeconds = 0 } = spec;
  if (holderIdentity === '' || holderIdentity === identity) return false;
  return unchangedMs < leaseDurationSeconds * 1000;
}

/** The spec that says that `identity` holds the lease from `now` on. */
export function heldSpec(previous: LeaseSpec, identity: string, leaseMs: number, now: Date): LeaseSpec {
  const isRenewal = previous.holderIdentity === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseMs / 1000),
    acquireTime: isRenewal && previous.acquireTime !== undefined ? previous.acquireTime : microTime(now),
    renewTime: microTime(now),
    leaseTransitions: (previous.leaseTransitions ?? 0) + (isRenewal || previous.holderIdentity === undefined ? 0 : 1),
  };
}
