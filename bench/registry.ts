import type { Workload } from './workload.js';
import { branchSwitch } from './workloads/branchSwitch.js';
import { cold } from './workloads/cold.js';
import { coldHttp } from './workloads/coldHttp.js';
import { history } from './workloads/history.js';
import { manyVolumes } from './workloads/manyVolumes.js';
import { readers } from './workloads/readers.js';
import { rollback } from './workloads/rollback.js';
import { smallChange } from './workloads/smallChange.js';
import { throughTemporal } from './workloads/throughTemporal.js';
import { unchanged } from './workloads/unchanged.js';

/** Every workload, in the order in which they run; the long one is last. */
export const WORKLOADS: readonly Workload[] = [
  cold,
  coldHttp,
  unchanged,
  smallChange,
  history,
  branchSwitch,
  readers,
  rollback,
  throughTemporal,
  manyVolumes,
];
