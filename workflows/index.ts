/** Everything that the control worker can run. */
export { previewSync } from './previewSync.js';
export { retireVolume } from './retireVolume.js';
export { superviseExport } from './superviseExport.js';
export { syncVolume } from './syncVolume.js';
