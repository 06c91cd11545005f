import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DroverError, type FailureReason } from '../../domain/errors.js';
import type { SourceContext, StoreContext } from '../source.js';
import { classify } from './classify.js';
import { errorCode } from '../../domain/errorCode.js';
import { isGitFailure } from './failure.js';
import { redact } from './redact.js';

/**
 * Makes a `DroverError` of whatever failed; its message holds no secret.
 * @param label the repository, for people
 */
export async function nameFailure(
  error: unknown,
  label: string,
  { credentials, scratchDir }: SourceContext & Partial<StoreContext>,
): Promise<DroverError> {
  if (error instanceof DroverError) return error;
  // Taking over renames the directory away, and then everything in this attempt fails in some way.
  if (scratchDir !== undefined && (await isGone(scratchDir))) {
    return new DroverError('Fenced', 'a newer attempt took the volume over');
  }
  const refusal = isGitFailure(error) && WRITE_FAILED.test(error.stderr) ? await tryToWrite(scratchDir) : undefined;
  const cause = refusal ?? error;
  const named = isGitFailure(cause) ? classify(cause, cause.label ?? label) : nameSystemError(cause);
  return new DroverError(named.reason, redact(named.message, credentials), { cause: named.cause });
}

/** Git does not say why the disk took no more, where it writes files of a tree. */
const WRITE_FAILED = /unable to write (?:file|new index file)(?!.*: )/;
const PROBE_BYTES = 1024 * 1024;

const SYSTEM_REASONS: Record<string, FailureReason> = {
  ENOSPC: 'NoSpace',
  EDQUOT: 'NoSpace',
  EROFS: 'ReadOnlyExport',
};

function nameSystemError(error: unknown): DroverError {
  const message = error instanceof Error ? error.message : String(error);
  return new DroverError(SYSTEM_REASONS[errorCode(error) ?? ''] ?? 'Internal', message, { cause: error });
}

/** What the disk says to a write of our own; undefined when it takes it, or when there is no place to write. */
async function tryToWrite(scratchDir: string | undefined): Promise<unknown> {
  if (scratchDir === undefined) return undefined;
  const probe = join(scratchDir, 'probe');
  try {
    await writeFile(probe, Buffer.alloc(PROBE_BYTES), { flush: true });
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await rm(probe, { force: true });
  }
}

async function isGone(directory: string): Promise<boolean> {
  try {
    await access(directory);
    return false;
  } catch (error) {
    return errorCode(error) === 'ENOENT';
  }
}
