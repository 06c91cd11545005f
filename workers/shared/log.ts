import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { CommonConfig } from './config.js';

/** Readable or JSON lines on standard output; every line names the process. */
export function createLog(
  name: string,
  { DROVER_LOG_FORMAT, DROVER_LOG_LEVEL }: Pick<CommonConfig, 'DROVER_LOG_FORMAT' | 'DROVER_LOG_LEVEL'>,
): Logger {
  const options = { name, level: DROVER_LOG_LEVEL };
  if (DROVER_LOG_FORMAT === 'json') return pino(options);
  return pino(options, pretty({ colorize: false, sync: true, ignore: 'pid,hostname', singleLine: true }));
}
