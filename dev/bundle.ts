import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Bundles the workflows once at build time, so that a worker does not spend a second on it at every start. */
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
  logger: { log: print, trace() {}, debug() {}, info() {}, warn: print, error: print },
});
await writeFile(new URL('../workflows.bundle.js', import.meta.url), code);

function print(...details: unknown[]): void {
  console.error(...details);
}
