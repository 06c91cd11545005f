/** One reader of a volume, in a process of its own. Started by `startReaders`. */
import { once } from 'node:events';
import { addReadings, NO_READINGS, type ReaderTask } from './readings.js';
import { readTree } from './readTree.js';

const [task] = (await once(process, 'message')) as [ReaderTask];
let readings = NO_READINGS;
for (let pass = 0; pass < task.passes; pass++) readings = addReadings(readings, readTree(task));
process.send?.(readings, () => process.disconnect());
