import {
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { describeProgress, type Progress } from '../domain/progress.js';
import type { SyncReport } from '../domain/sync.js';
import type { VolumeRef } from '../domain/volume.js';

const KIND = defineSearchAttributeKey('DroverKind', SearchAttributeType.KEYWORD);
const NAMESPACE = defineSearchAttributeKey('DroverNamespace', SearchAttributeType.KEYWORD);
const NAME = defineSearchAttributeKey('DroverName', SearchAttributeType.KEYWORD);
const PHASE = defineSearchAttributeKey('DroverPhase', SearchAttributeType.KEYWORD);
const REVISION = defineSearchAttributeKey('DroverRevision', SearchAttributeType.KEYWORD);

export const progressQuery = defineQuery<Progress>('progress');
/** Sent by a long activity, now and then: its heartbeats do not reach the workflow. */
export const progressedSignal = defineSignal<[{ step: string; percent?: number }]>('progressed');

export interface Display {
  show(change: Partial<Progress>): void;
  finish(report: SyncReport): void;
}

/** Keeps what people see of a run up to date: the query, the page in the Web UI and the search attributes. */
export function createDisplay(volume: VolumeRef, initial: Progress): Display {
  let progress = initial;

  const show = (change: Partial<Progress>): void => {
    const isNewPhase = change.phase !== undefined && change.phase !== progress.phase;
    progress = { ...progress, ...(isNewPhase && { step: undefined, percent: undefined }), ...change };
    setCurrentDetails(describeProgress(volume, progress));
  };

  setHandler(progressQuery, () => progress, { description: 'Phase, step, percent and last error.' });
  setHandler(progressedSignal, show, { description: 'From the mover: how far the current step is.' });
  upsertSearchAttributes([
    { key: KIND, value: volume.kind },
    { key: NAMESPACE, value: volume.namespace },
    { key: NAME, value: volume.name },
    { key: PHASE, value: 'Syncing' },
  ]);
  show({});

  return {
    show(change) {
      show(change);
      if (change.phase === 'Stalled' || change.phase === 'AwaitingApproval')
        upsertSearchAttributes([{ key: PHASE, value: change.phase }]);
    },
    finish(report) {
      show({ phase: report.result, lastError: undefined, plan: undefined, uselessApproval: undefined });
      upsertSearchAttributes([
        { key: PHASE, value: report.result },
        ...(report.revision === undefined ? [] : [{ key: REVISION, value: report.revision }]),
      ]);
      upsertMemo({ ...report, trigger: progress.trigger });
    },
  };
}
