import { errorCode } from '../domain/errorCode.js';
import { DroverError, type FailureReason } from '../domain/errors.js';

/** Reasons of the operating system's error codes, as the export's file system gives them. */
const REASONS_OF_CODES: Record<string, FailureReason> = {
  ENOSPC: 'NoSpace',
  EDQUOT: 'NoSpace',
  EROFS: 'ReadOnlyExport',
  EACCES: 'ReadOnlyExport',
  EPERM: 'ReadOnlyExport',
  EIO: 'ExportUnreachable',
  ESTALE: 'ExportUnreachable',
  ENOTCONN: 'ExportUnreachable',
  ECONNREFUSED: 'DependencyUnavailable',
  ECONNRESET: 'DependencyUnavailable',
};

/** Gives every error a reason. What nobody foresaw is `Internal`: tried again, never taken for success. */
export function classifyError(error: unknown): DroverError {
  if (error instanceof DroverError) return error;
  const { status, message } = error as { status?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  if (typeof status === 'number') return new DroverError('DependencyUnavailable', text, { cause: error });
  const reason = REASONS_OF_CODES[errorCode(error) ?? ''] ?? 'Internal';
  return new DroverError(reason, text, { cause: error });
}
