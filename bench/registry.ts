import type { Workload } from './workload.js';
import { cold } from './workloads/cold.js';
import { coldHttp } from './workloads/coldHttp.js';
import { rollback } from './workloads/rollback.js';
import { unchanged } from './workloads/unchanged.js';

/** Every workload, in the order in which they run; the long one is last. */
export const WORKLOADS: readonly Workload[] = [cold, coldHttp, unchanged, rollback];
