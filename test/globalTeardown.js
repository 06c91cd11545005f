import { rm } from 'node:fs/promises';

/** Ends the stack that `globalSetup.js` booted, and removes its state. */
export default async function tearDown() {
  const stack = globalThis.droverTestStack;
  if (stack === undefined) return;
  await stack.stop();
  await rm(stack.stateDir, { recursive: true });
}
