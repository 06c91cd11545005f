/** `npm start`: the whole system on this machine, a demo on real data, and then it stays until Ctrl-C. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runDemo } from './demo.js';
import { serveDemoRepository } from './demoRepository.js';
import { startDrover, type Drover } from './drover.js';
import { useExternalStack } from './external.js';
import { findTools } from './findTools.js';
import { parseStartOptions, type StartOptions } from './options.js';
import { findRepositoryRoot } from './repositoryRoot.js';
import { startStack } from './stack.js';
import type { Stack } from './stackDescription.js';
import { stopOnSignals } from './stopOnSignals.js';
import { parseTemporalSettings } from './temporalSettings.js';
import { CLIENT_TOOLS, TOOL_NAMES } from './tools.js';

const say = (line: string) => console.log(line);
const { env } = process;
const repositoryRoot = findRepositoryRoot();

const stopping = stopOnSignals(say);

try {
  await run(parseStartOptions(process.argv.slice(2)), stopping.signal);
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(`✗ ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

async function run(options: StartOptions, signal: AbortSignal): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  try {
    const stack = await openStack(options, signal);
    stops.push(stack.stop);
    const drover = await startDrover(stack, { repositoryRoot, say }, signal);
    stops.push(drover.stop);
    if (options.runsDemo) {
      const repository = await serveDemoRepository({ stack, repositoryRoot, say }, signal);
      stops.push(repository.stop);
      await runDemo({ stack, drover, repository, say, repositoryRoot }, signal);
      if (options.exitsAfterDemo) return;
    }
    for (const line of describeAddresses(stack, drover)) say(line);
    say('drover is ready');
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function openStack({ stateDir, externalContext }: StartOptions, signal: AbortSignal): Promise<Stack> {
  if (externalContext !== undefined) {
    const tools = await findTools(CLIENT_TOOLS, { env, say }, signal);
    say(`using context ${externalContext} and its cluster, not a local one`);
    return await useExternalStack({ context: externalContext, stateDir, tools, env }, signal);
  }
  const tools = await findTools(TOOL_NAMES, { env, say }, signal);
  const temporal = parseTemporalSettings(await readFile(join(repositoryRoot, 'temporal-dev.yaml'), 'utf8'));
  return await startStack({ stateDir, tools, temporal, env, say }, signal);
}

function describeAddresses(stack: Stack, drover: Drover): string[] {
  const table = {
    ...(stack.temporalUiUrl !== undefined && { 'Temporal Web UI': stack.temporalUiUrl }),
    Temporal: stack.temporalAddress,
    kubeconfig: stack.kubeconfig,
    ...drover.addresses,
    'local export': drover.exportDir,
    logs: join(stack.stateDir, 'logs'),
  };
  return Object.entries(table).map(([name, address]) => `${name.padEnd(20)} ${address}`);
}
