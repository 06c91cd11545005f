/** Boots the one stack that all `*.stack.test.ts` share. Plain JavaScript on the built files: jest does not transform it. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTools } from '../dist/dev/findTools.js';
import { startStack } from '../dist/dev/stack.js';
import { parseTemporalSettings } from '../dist/dev/temporalSettings.js';
import { TOOL_NAMES } from '../dist/dev/tools.js';

const root = fileURLToPath(new URL('..', import.meta.url));

export default async function setUp() {
  const say = (line) => console.log(line);
  const { env } = process;
  const { signal } = new AbortController();
  const temporal = parseTemporalSettings(await readFile(join(root, 'temporal-dev.yaml'), 'utf8'));
  const tools = await findTools(TOOL_NAMES, { env, say }, signal);
  const stateDir = await mkdtemp(join(tmpdir(), 'drover-test-stack-'));
  const stack = await startStack({ stateDir, tools, temporal, env, say, ports: 'any' }, signal);
  const { env: childEnv, pid: _pid, stop, ...description } = stack;
  process.env.DROVER_TEST_STACK = JSON.stringify({ ...description, tools, env: childEnv });
  // Teardown runs in this process, in a module of its own.
  globalThis.droverTestStack = { stop, stateDir };
}
