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
  const { code, status, message } = error as { code?: unknown; status?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  if (typeof status === 'number') return new DroverError('DependencyUnavailable', text, { cause: error });
  const reason = typeof code === 'string' ? REASONS_OF_CODES[code] : undefined;
  return new DroverError(reason ?? 'Internal', text, { cause: error });
}
