import type { StackDescription } from '../dev/stackDescription.js';
import type { ToolPaths } from '../dev/tools.js';

/** The stack that all stack tests share, and the environment for programs that use it. */
export interface TestStack extends StackDescription {
  readonly temporalUiUrl: string;
  readonly tools: ToolPaths;
  readonly env: Readonly<Record<string, string>>;
}

/** The stack that `globalSetup.js` booted. Tests share it, so each uses namespaces and names of its own. */
export function testStack(): TestStack {
  const description = process.env['DROVER_TEST_STACK'];
  if (description === undefined) {
    throw new Error('no stack: run stack tests with `jest --selectProjects stack`, whose globalSetup boots one');
  }
  return JSON.parse(description) as TestStack;
}
