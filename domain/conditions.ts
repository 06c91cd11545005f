import type { Condition } from './generated/sharedVolume.js';

/** The conditions of a volume. Who writes which one is in `k8s/statusOwners.ts`. */
export type ConditionType = 'Ready' | 'Reconciled' | 'SourceReachable' | 'Synced' | 'Published' | 'Stalled';

export type ConditionChange = Omit<Condition, 'type' | 'lastTransitionTime'> & { readonly type: ConditionType };

/** The condition of that type, or undefined when nobody said anything about it yet. */
export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: ConditionType): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/** Kubernetes allows 32,768 characters; a person reads far less. */
const MAX_MESSAGE_LENGTH = 1024;

/**
 * The conditions with this one set. Its `lastTransitionTime` is kept unless the status changes, as the conventions of
 * the Kubernetes API ask for; reason and message may change meanwhile. The order of types is kept.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  change: ConditionChange,
  now: Date,
): Condition[] {
  const previous = findCondition(conditions, change.type);
  // Kubernetes stores whole seconds; sending more would make each write differ from what is stored.
  const nowTime = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const lastTransitionTime = previous?.status === change.status ? previous.lastTransitionTime : nowTime;
  const message = change.message.slice(0, MAX_MESSAGE_LENGTH);
  const next: Condition = { ...change, message, lastTransitionTime };
  if (previous === undefined) return [...(conditions ?? []), next];
  return (conditions ?? []).map((condition) => (condition === previous ? next : condition));
}
