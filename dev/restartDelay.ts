const FIRST_MS = 1_000;
const LONGEST_MS = 10_000;
/** A process that lived this long counts as healthy: its next death starts the back-off anew. */
export const HEALTHY_MS = 30_000;

/** How long to wait before a process is started again after it died `deaths` times in a row (1 and up). */
export function restartDelayMs(deaths: number): number {
  return Math.min(FIRST_MS * 2 ** (deaths - 1), LONGEST_MS);
}
