import { parseDurationMs } from './durations.js';
import type { GateSettings } from './gates.js';
import type { Gates, Schedule, SharedVolumeSpec } from './generated/sharedVolume.js';
import { isCleanPath } from './paths.js';
import { parseBytes } from './quantity.js';

/** Where a Git volume comes from. Holds no credentials: those are read from the resource and its Secrets when used. */
export interface GitSettings {
  readonly type: 'git';
  readonly url: string;
  /** Branch, tag or full commit id; absent: the default branch of the remote, whatever it is at that moment. */
  readonly ref?: string;
  /** Commits of history to fetch; 0 is the whole history. */
  readonly depth: number;
  /** Only this directory is published. */
  readonly subPath?: string;
  /** Only these files and directories are published, by their paths in the repository; 1 to 64. Absent: all. */
  readonly sparsePaths?: readonly string[];
  /** Submodules of the repository, or theirs as well, are published with it. Absent: none. */
  readonly submodules?: 'Direct' | 'Recursive';
}

/** Where a volume comes from; `type` names the folder in sources/. */
export type SourceSettings = GitSettings;

/** When a volume asks for its source to be looked at. */
export type CheckSchedule =
  | { readonly type: 'interval'; readonly intervalMs: number }
  /** Times of a crontab line in an IANA time zone, each delayed at random by up to `jitterMs`. */
  | { readonly type: 'cron'; readonly cron: string; readonly timeZone: string; readonly jitterMs: number };

/** What a volume asks for, checked and with every default filled in. Safe to pass through a workflow's history. */
export interface VolumeSettings {
  readonly source: SourceSettings;
  readonly checks: CheckSchedule;
  readonly gates: GateSettings;
  /** How long one sync may fetch before it counts as stuck. Independent of the interval. */
  readonly timeoutMs: number;
  readonly paused: boolean;
  /** A revision to publish instead of following the source. */
  readonly pin?: string;
  /** Published snapshots to keep, the current one included. */
  readonly retain: number;
  readonly deletionPolicy: 'Retain' | 'Delete';
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: VolumeSettings }
  | { readonly ok: false; readonly reason: 'InvalidSpec' | 'NotYetSupported'; readonly message: string };

export const DEFAULT_INTERVAL_MS = 60_000;
export const MIN_INTERVAL_MS = 5_000;
const MAX_JITTER_MS = 86_400_000;
export const DEFAULT_TIMEOUT_MS = 600_000;
export const DEFAULT_RETAIN = 3;
const MAX_RETAIN = 50;
const MAX_SPARSE_PATHS = 64;

/** A commit by its whole SHA-1 id; repositories with SHA-256 ids are not supported yet. */
export const FULL_COMMIT = /^[0-9a-f]{40}$/;

/**
 * Reads a spec. The rules of the definition hold at admission, but an object that was stored under an older definition
 * escapes them (ratcheting), so everything that Drover relies on is checked here as well.
 */
export function readSettings(spec: SharedVolumeSpec): SettingsResult {
  const source = spec.source ?? {};
  const given = (['git', 'ssh', 'http', 's3'] as const).filter((type) => source[type] !== undefined);
  if (given.length > 1) return invalid(`spec.source has ${given.join(' and ')}; at most one is allowed`);
  const unsupported = findUnsupported(spec, given[0]);
  if (unsupported !== undefined) return { ok: false, reason: 'NotYetSupported', message: unsupported };
  const git = source.git;
  if (git === undefined) return invalid('spec.source.git is missing');
  if (git.url.trim() === '') return invalid('spec.source.git.url is empty');
  if (git.branch !== undefined && git.ref !== undefined) {
    return invalid('spec.source.git.branch and spec.source.git.ref exclude each other');
  }
  const checks = readChecks(spec);
  if (typeof checks === 'string') return invalid(checks);
  const gates = readGates(spec.gates ?? {});
  if (typeof gates === 'string') return invalid(gates);
  const timeoutMs = duration(spec.syncTimeout, DEFAULT_TIMEOUT_MS);
  if (timeoutMs === undefined || timeoutMs < 1000) {
    return invalid(`spec.syncTimeout "${spec.syncTimeout}" is not a duration of at least 1s, such as 10m`);
  }
  const retain = spec.retain ?? DEFAULT_RETAIN;
  if (retain < 1 || retain > MAX_RETAIN) return invalid(`spec.retain ${retain} is not between 1 and ${MAX_RETAIN}`);
  if (spec.pin !== undefined && !FULL_COMMIT.test(spec.pin)) {
    return invalid(`spec.pin "${spec.pin}" is not a full commit id`);
  }
  const { sparsePaths = [], submodules = 'None' } = git;
  if (sparsePaths.length > MAX_SPARSE_PATHS) {
    return invalid(
      `spec.source.git.sparsePaths has ${sparsePaths.length} paths; at most ${MAX_SPARSE_PATHS} are allowed`,
    );
  }
  const unclean = sparsePaths.find((path) => !isCleanPath(path));
  if (unclean !== undefined) {
    return invalid(`spec.source.git.sparsePaths ${JSON.stringify(unclean)} is not a clean, relative path`);
  }
  const ref = git.ref ?? git.branch;
  return {
    ok: true,
    settings: {
      source: {
        type: 'git',
        url: git.url,
        depth: git.depth ?? 1,
        ...(ref !== undefined && ref !== '' && { ref }),
        ...(git.subPath !== undefined && git.subPath !== '' && { subPath: git.subPath }),
        ...(sparsePaths.length > 0 && { sparsePaths }),
        ...(submodules !== 'None' && { submodules }),
      },
      checks,
      gates,
      timeoutMs,
      paused: spec.paused ?? false,
      ...(spec.pin !== undefined && { pin: spec.pin }),
      retain,
      deletionPolicy: spec.deletionPolicy ?? 'Delete',
    },
  };
}

/** The schedule, or what is wrong with it. That a cron line and a time zone exist is found out where they are used. */
function readChecks({ syncInterval, schedule }: SharedVolumeSpec): CheckSchedule | string {
  if (schedule !== undefined && syncInterval !== undefined && syncInterval !== '') {
    return 'spec.schedule and spec.syncInterval exclude each other';
  }
  if (schedule !== undefined) return readCron(schedule);
  const intervalMs = duration(syncInterval, DEFAULT_INTERVAL_MS);
  if (intervalMs === undefined || intervalMs < MIN_INTERVAL_MS) {
    return `spec.syncInterval "${syncInterval}" is not a duration of at least 5s, such as 30s or 1h`;
  }
  return { type: 'interval', intervalMs };
}

function readCron({ cron, timeZone = 'UTC', jitter }: Schedule): CheckSchedule | string {
  const jitterMs = duration(jitter, 0);
  if (jitterMs === undefined || jitterMs > MAX_JITTER_MS) {
    return `spec.schedule.jitter "${jitter}" is not a duration of at most 24h, such as 5m`;
  }
  return { type: 'cron', cron, timeZone, jitterMs };
}

/** The limits, or what is wrong with them. */
function readGates({ maxBytes: maxBytesText, ...given }: Gates): GateSettings | string {
  const { allowEmpty = false, requiredFiles = [], requireApproval = false, ...limits } = given;
  const maxBytes = maxBytesText === undefined ? undefined : parseBytes(maxBytesText);
  if (maxBytesText !== undefined && maxBytes === undefined) {
    return `spec.gates.maxBytes "${maxBytesText}" is not a quantity such as 10Gi`;
  }
  return { allowEmpty, requiredFiles, requireApproval, ...limits, ...(maxBytes !== undefined && { maxBytes }) };
}

/** Names each inline credential, which works but belongs into a Secret. */
export function inlineSecrets(spec: SharedVolumeSpec): string[] {
  const fields: string[] = [];
  for (const [type, source] of Object.entries(spec.source ?? {})) {
    for (const field of ['password', 'privateKey', 'accessKey', 'secretKey']) {
      if (typeof source === 'object' && source !== null && field in source) fields.push(`spec.source.${type}.${field}`);
    }
  }
  return fields;
}

function findUnsupported(spec: SharedVolumeSpec, type: string | undefined): string | undefined {
  if (spec.storage?.accessMode === 'ReadWrite') return 'spec.storage.accessMode ReadWrite is not supported yet';
  if (spec.nfsServer !== undefined) return 'spec.nfsServer is not supported yet; without it the local export is used';
  if (type === undefined) return 'a volume without a source is not supported yet';
  return type === 'git' ? undefined : `spec.source.${type} is not supported yet`;
}

function duration(text: string | undefined, defaultMs: number): number | undefined {
  return text === undefined || text === '' ? defaultMs : parseDurationMs(text);
}

function invalid(message: string): SettingsResult {
  return { ok: false, reason: 'InvalidSpec', message };
}
