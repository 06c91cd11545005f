import { findCondition, setCondition, type ConditionChange } from './conditions.js';
import type { SharedVolumeSpec, SharedVolumeStatus } from './generated/sharedVolume.js';
import {
  APPROVED_PLAN_ANNOTATION,
  FORCE_RELEASE_ANNOTATION,
  RETIRE_FINALIZER,
  SYNC_REQUESTED_ANNOTATION,
} from './names.js';
import { derivePhase, deriveReady } from './readiness.js';
import type { SyncRequest } from './requests.js';
import { inlineSecrets, readSettings, type SettingsResult } from './settings.js';
import { explainFailure } from './syncStatus.js';
import { volumeDirectory, type VolumeRef } from './volume.js';

/** A volume's resource, as far as reconciling looks at it. */
export interface ObservedVolume {
  readonly ref: VolumeRef;
  readonly generation: number;
  readonly isDeleting: boolean;
  readonly finalizers: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: SharedVolumeSpec;
  readonly status: SharedVolumeStatus;
  /** The export that the volume lies on. */
  readonly exportName: string;
}

export type VolumeAction =
  | { readonly type: 'add-finalizer' }
  | { readonly type: 'request-sync'; readonly request: SyncRequest }
  /** Tells a run that is under way, if there is one. */
  | { readonly type: 'signal-run'; readonly signal: 'pause' | 'resume' }
  /** Tells the run that is held that a person has approved its plan. */
  | { readonly type: 'approve'; readonly plan: string }
  | { readonly type: 'retire'; readonly deletionPolicy: 'Retain' | 'Delete'; readonly isForced: boolean }
  /** The whole part of the status that the watcher owns. */
  | { readonly type: 'write-status'; readonly status: SharedVolumeStatus }
  | { readonly type: 'warn'; readonly reason: string; readonly message: string };

/** What has to be done so that the world follows the resource. Pure: the same observation gives the same plan. */
export function planVolume(observed: ObservedVolume, now: Date): VolumeAction[] {
  const settings = readSettings(observed.spec);
  if (observed.isDeleting) return planDeletion(observed, settings, now);
  // The finalizer comes before any side effect, and its write brings the resource back here.
  if (settings.ok && !observed.finalizers.includes(RETIRE_FINALIZER)) return [{ type: 'add-finalizer' }];
  return [...planRun(observed, settings), ...planStatus(observed, settings, now)];
}

function planDeletion(observed: ObservedVolume, settings: SettingsResult, now: Date): VolumeAction[] {
  if (!observed.finalizers.includes(RETIRE_FINALIZER)) return [];
  const isForced = observed.annotations[FORCE_RELEASE_ANNOTATION] === 'true';
  const deletionPolicy = observed.spec.deletionPolicy ?? 'Delete';
  return [{ type: 'retire', deletionPolicy, isForced }, ...planStatus(observed, settings, now)];
}

function planRun({ generation, status, annotations }: ObservedVolume, settings: SettingsResult): VolumeAction[] {
  if (!settings.ok) return [];
  const isNewGeneration = status.observedGeneration !== generation;
  if (settings.settings.paused) return isNewGeneration ? [{ type: 'signal-run', signal: 'pause' }] : [];

  const actions: VolumeAction[] = [];
  if (isNewGeneration && status.phase === 'Paused') actions.push({ type: 'signal-run', signal: 'resume' });
  if (findCondition(status.conditions, 'Synced')?.observedGeneration !== generation) {
    actions.push({ type: 'request-sync', request: { reason: 'spec-changed', generation } });
  }
  const approved = annotations[APPROVED_PLAN_ANNOTATION];
  if (approved !== undefined && approved === status.pendingPlan?.digest) {
    actions.push({ type: 'approve', plan: approved });
  }
  const token = annotations[SYNC_REQUESTED_ANNOTATION];
  if (token !== undefined && token !== status.lastHandledSyncRequest) {
    actions.push({ type: 'request-sync', request: { reason: 'requested', token } });
  }
  return actions;
}

function planStatus(observed: ObservedVolume, settings: SettingsResult, now: Date): VolumeAction[] {
  const { ref, generation, status, isDeleting, exportName } = observed;
  const reconciled = reconciledCondition(observed, settings);
  let conditions = setCondition(status.conditions, reconciled, now);
  conditions = setCondition(
    conditions,
    { ...deriveReady({ ...status, conditions }), observedGeneration: generation },
    now,
  );
  const ready = findCondition(conditions, 'Ready');
  const isPaused = settings.ok && settings.settings.paused;

  const next: SharedVolumeStatus = {
    observedGeneration: generation,
    phase: derivePhase({ ...status, conditions }, { isPaused, isDeleting }),
    ...(ready !== undefined && { message: ready.message }),
    ...(settings.ok && { target: { export: exportName, path: `${volumeDirectory(ref)}/data` } }),
    conditions: conditions.filter(({ type }) => type === 'Reconciled' || type === 'Ready'),
  };
  if (isSame(status, next)) return [];

  const isNews = findCondition(status.conditions, 'Reconciled')?.reason !== reconciled.reason;
  const isWarning = reconciled.reason !== 'Accepted' && isNews;
  return [
    { type: 'write-status', status: next },
    ...(isWarning ? [{ type: 'warn', reason: reconciled.reason, message: reconciled.message } as const] : []),
  ];
}

function reconciledCondition(observed: ObservedVolume, settings: SettingsResult): ConditionChange {
  const base = { type: 'Reconciled', observedGeneration: observed.generation } as const;
  if (!settings.ok) {
    const { reason, message } = settings;
    return { ...base, status: 'False', reason, message: explainFailure(reason, message) };
  }
  const inline = inlineSecrets(observed.spec);
  if (inline.length === 0) return { ...base, status: 'True', reason: 'Accepted', message: 'The resource is valid.' };
  const message = `${inline.join(' and ')} can be read by everyone who may read the resource: move it to a Secret.`;
  return { ...base, status: 'True', reason: 'InlineSecret', message };
}

/** Whether the status already says what `next` says. */
function isSame(current: SharedVolumeStatus, next: SharedVolumeStatus): boolean {
  const { conditions, ...fields } = next;
  return (
    JSON.stringify(pick(current, Object.keys(fields))) === JSON.stringify(pick(next, Object.keys(fields))) &&
    (conditions ?? []).every((condition) => {
      const before = current.conditions?.find(({ type }) => type === condition.type);
      return (
        before?.status === condition.status &&
        before.reason === condition.reason &&
        before.message === condition.message &&
        before.observedGeneration === condition.observedGeneration
      );
    })
  );
}

/** The fields in the order of `keys`, so that two objects compare as text; nested ones are sorted. */
function pick(status: SharedVolumeStatus, keys: readonly string[]): unknown[] {
  return keys.map((key) => {
    const value = status[key as keyof SharedVolumeStatus];
    return typeof value === 'object' ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value;
  });
}
