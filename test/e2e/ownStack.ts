import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../dev/stack.js';
import { parseTemporalSettings } from '../../dev/temporalSettings.js';
import { testStack, type TestStack } from '../stack.js';

/** A stack whose servers a test may end. */
export interface OwnStack extends TestStack {
  /** The pid of one of its servers in its current life. */
  pid(name: string): number | undefined;
  /** Ends all servers and removes their data. */
  stop(): Promise<void>;
}

/** Starts servers for one test file, beside those that all share. */
export async function startOwnStack(): Promise<OwnStack> {
  const { tools } = testStack();
  const temporal = parseTemporalSettings(await readFile('temporal-dev.yaml', 'utf8'));
  const stateDir = await mkdtemp(join(tmpdir(), 'drover-own-stack-'));
  const options = { stateDir, tools, temporal, env: process.env, say: () => undefined, ports: 'any' } as const;
  const stack = await startStack(options, new AbortController().signal);
  return {
    ...stack,
    tools,
    temporalUiUrl: stack.temporalUiUrl ?? '',
    async stop() {
      await stack.stop();
      await rm(stateDir, { recursive: true });
    },
  };
}
