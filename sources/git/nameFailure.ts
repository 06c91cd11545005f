import { access } from 'node:fs/promises';
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
  const named = isGitFailure(error) ? classify(error, label) : nameSystemError(error);
  return new DroverError(named.reason, redact(named.message, credentials), { cause: named.cause });
}

const SYSTEM_REASONS: Record<string, FailureReason> = {
  ENOSPC: 'NoSpace',
  EDQUOT: 'NoSpace',
  EROFS: 'ReadOnlyExport',
};

function nameSystemError(error: unknown): DroverError {
  const message = error instanceof Error ? error.message : String(error);
  return new DroverError(SYSTEM_REASONS[errorCode(error) ?? ''] ?? 'Internal', message, { cause: error });
}

async function isGone(directory: string): Promise<boolean> {
  try {
    await access(directory);
    return false;
  } catch (error) {
    return errorCode(error) === 'ENOENT';
  }
}
