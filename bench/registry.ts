import type { Workload } from './workload.js';
import { cold } from './workloads/cold.js';

/** Every workload, in the order in which they run; the long one is last. */
export const WORKLOADS: readonly Workload[] = [cold];
