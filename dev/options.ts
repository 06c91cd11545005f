import { Command } from 'commander';

/** How `npm start` was asked to run. */
export interface StartOptions {
  readonly stateDir: string;
  readonly runsDemo: boolean;
  readonly exitsAfterDemo: boolean;
  /** The context of an existing cluster to use in place of a local one. */
  readonly externalContext?: string;
}

interface Flags {
  readonly state: string;
  readonly demo: boolean;
  readonly exitAfterDemo: boolean;
  readonly external: boolean;
  readonly context?: string;
}

/** Reads the arguments of `npm start`. Throws when they contradict each other. */
export function parseStartOptions(argv: readonly string[]): StartOptions {
  const flags = new Command('npm start --')
    .description('Runs Drover with a real Kubernetes API and Temporal on this machine, and shows a demo.')
    .option('--state <dir>', 'where everything that survives lies', '.drover')
    .option('--no-demo', 'do not run the demo')
    .option('--exit-after-demo', 'stop after the demo; the exit code says whether every step held', false)
    .option('--external', 'use the cluster of --context and the Temporal server of TEMPORAL_ADDRESS', false)
    .option('--context <name>', 'the context of your kubeconfig, only with --external')
    .parse([...argv], { from: 'user' })
    .opts<Flags>();
  const { state: stateDir, demo, exitAfterDemo: exitsAfterDemo, external, context } = flags;
  if (external !== (context !== undefined))
    throw new Error('--external and --context NAME come together or not at all');
  if (exitsAfterDemo && (!demo || external)) throw new Error('--exit-after-demo needs the demo');
  // The demo declares resources, which nobody expects in a cluster of their own.
  const runsDemo = demo && !external;
  return { stateDir, runsDemo, exitsAfterDemo, ...(context !== undefined && { externalContext: context }) };
}
