import type { DeltaSummary } from './delta.js';
import type { FailureReason } from './errors.js';

/** Limits that the owner of a volume sets; see `spec.gates`. An absent limit does not limit. */
export interface GateSettings {
  readonly allowEmpty: boolean;
  /** Of the published files and links, 0 to 100. */
  readonly maxDeletePercent?: number;
  readonly maxDeleteFiles?: number;
  /** Of the whole next tree, at the source. */
  readonly maxBytes?: number;
  /** Paths in the published tree. */
  readonly requiredFiles: readonly string[];
  readonly requireApproval: boolean;
}

/** What is known before anything is written. */
export interface GateFacts {
  readonly delta: DeltaSummary;
  /** Top-level names of the next tree that the layout needs for itself; a few are enough. */
  readonly reservedNames: readonly string[];
  /** Required files that the next tree does not have; a few are enough. */
  readonly missingFiles: readonly string[];
  readonly freeBytes: number;
  /** Absent on file systems that make inodes as needed (btrfs). */
  readonly freeInodes?: number | undefined;
}

export interface Veto {
  readonly reason: FailureReason;
  readonly message: string;
}

/** Left free on the export, so that a sync never fills it to the last byte. */
const RESERVE_BYTES = 16 * 1024 * 1024;
const RESERVE_INODES = 64;

/** Vetoes that a person may overrule by approving exactly this plan: those of the owner's own limits. */
const APPROVABLE = new Set<FailureReason>([
  'EmptySource',
  'RequiredFileMissing',
  'DeleteLimitExceeded',
  'SizeLimitExceeded',
  'ApprovalRequired',
]);

export function isApprovable(reason: FailureReason): boolean {
  return APPROVABLE.has(reason);
}

/** Whether the layout of a volume needs this top-level name: `..data`, `..snapshots` and whatever may follow. */
export function isReservedName(name: string): boolean {
  return name.startsWith('..');
}

/**
 * The first reason not to publish, or undefined. Nothing was written yet, so a veto leaves nothing behind.
 * @param isApproved a person has approved exactly this plan, or asked for this revision: the owner's limits do not apply
 */
export function gate(facts: GateFacts, settings: GateSettings, isApproved: boolean): Veto | undefined {
  return exportVeto(facts) ?? (isApproved ? undefined : ownerVeto(facts, settings));
}

/** What no approval can change. */
function exportVeto({ delta, reservedNames, freeBytes, freeInodes }: GateFacts): Veto | undefined {
  const [reserved] = reservedNames;
  if (reserved !== undefined) {
    return { reason: 'ReservedName', message: `the source has a top-level entry "${reserved}"` };
  }
  const neededBytes = delta.bytesToWrite + RESERVE_BYTES;
  if (freeBytes < neededBytes) {
    return { reason: 'NoSpace', message: `the export has ${freeBytes} bytes free, the sync needs ${neededBytes}` };
  }
  // Every entry of the new tree is a directory entry, but only what is written takes an inode; directories come on top.
  const neededInodes = delta.added + delta.changed + RESERVE_INODES;
  if (freeInodes !== undefined && freeInodes < neededInodes) {
    return { reason: 'NoInodes', message: `the export has ${freeInodes} inodes free, the sync needs ${neededInodes}` };
  }
  return undefined;
}

function ownerVeto({ delta, missingFiles }: GateFacts, settings: GateSettings): Veto | undefined {
  if (delta.files === 0 && !settings.allowEmpty) {
    return { reason: 'EmptySource', message: 'the source, or what is selected of it, has no files' };
  }
  const [missing] = missingFiles;
  if (missing !== undefined) {
    return { reason: 'RequiredFileMissing', message: `the source has no "${missing}", which spec.gates requires` };
  }
  const tooMuch = deletionVeto(delta, settings);
  if (tooMuch !== undefined) return { reason: 'DeleteLimitExceeded', message: tooMuch };
  if (settings.maxBytes !== undefined && delta.bytes > settings.maxBytes) {
    const message = `the files have ${delta.bytes} bytes; spec.gates.maxBytes allows ${settings.maxBytes}`;
    return { reason: 'SizeLimitExceeded', message };
  }
  const { added, changed, deleted } = delta;
  // A commit that changes no file changes nothing for a reader.
  if (settings.requireApproval && added + changed + deleted > 0) {
    const message = `${added} files would be added, ${changed} changed and ${deleted} deleted`;
    return { reason: 'ApprovalRequired', message };
  }
  return undefined;
}

function deletionVeto(delta: DeltaSummary, { maxDeletePercent, maxDeleteFiles }: GateSettings): string | undefined {
  const { files, added, deleted } = delta;
  const published = files - added + deleted;
  const said = `${deleted} of ${published} published files would be deleted`;
  if (maxDeletePercent !== undefined && deleted * 100 > maxDeletePercent * published) {
    return `${said}; spec.gates.maxDeletePercent allows ${maxDeletePercent} %`;
  }
  if (maxDeleteFiles !== undefined && deleted > maxDeleteFiles) {
    return `${said}; spec.gates.maxDeleteFiles allows ${maxDeleteFiles}`;
  }
  return undefined;
}
