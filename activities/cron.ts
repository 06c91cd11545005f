import { Cron } from 'croner';
import { DroverError } from '../domain/errors.js';

/**
 * The first time of a crontab line after `after`, in an IANA time zone. Where clocks go back a time comes once, where
 * they go forward it is not left out.
 * @throws `InvalidSpec` for a line or a zone that does not exist, and for a line that never comes
 */
export function nextTick(cron: string, timeZone: string, after: Date): Date {
  let next: Date | null;
  try {
    next = new Cron(cron, { timezone: timeZone, paused: true }).nextRun(after);
  } catch (error) {
    throw new DroverError('InvalidSpec', `spec.schedule "${cron}" in "${timeZone}" cannot be used: ${String(error)}`);
  }
  if (next === null) throw new DroverError('InvalidSpec', `spec.schedule.cron "${cron}" never comes`);
  return next;
}
