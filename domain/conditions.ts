import type { Condition } from './generated/sharedVolume.js';

/** What a writer knows of a condition; the transition time follows from the status before. */
export type ConditionChange = Omit<Condition, 'lastTransitionTime'>;

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/** Kubernetes allows 32,768 characters; a person reads far less. */
const MAX_MESSAGE_LENGTH = 1024;

/** Sets a condition among `conditions`; `lastTransitionTime` changes only when the status does. */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  { message, ...change }: ConditionChange,
  now: Date,
): Condition[] {
  const previous = findCondition(conditions, change.type);
  const lastTransitionTime =
    previous?.status === change.status ? previous.lastTransitionTime : now.toISOString().replace(/\.\d{3}Z$/, 'Z');
  const next = { ...change, message: message.slice(0, MAX_MESSAGE_LENGTH), lastTransitionTime };
  return [...(conditions ?? []).filter(({ type }) => type !== change.type), next];
}
