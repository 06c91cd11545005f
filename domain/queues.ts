/** Temporal task queues: who does the work. */

/** Workflows, and activities that talk to Kubernetes and Temporal. */
export const CONTROL_QUEUE = 'drover-control';

/** Moves bytes where the export's disk is. */
export function moverQueue(exportName: string): string {
  return `mover-${exportName}`;
}

/** Watches the sources of an export; apart from the mover's queue, so that hung fetches cannot starve it. */
export function pollQueue(exportName: string): string {
  return `poll-${exportName}`;
}
