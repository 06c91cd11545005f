#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { systemClock } from '../../k8s/clock.js';
import { KubeError } from '../../k8s/kubeError.js';
import { chooseCluster, type ClusterFlags } from './cluster.js';
import type { Io, Outcome, VolumeCommand } from './command.js';
import { apply } from './commands/apply.js';
import { approve } from './commands/approve.js';
import { adopt, pause, unpin } from './commands/change.js';
import { describe } from './commands/describe.js';
import { diff } from './commands/diff.js';
import { get, listVolumes } from './commands/get.js';
import { history } from './commands/history.js';
import { logs } from './commands/logs.js';
import { rollback } from './commands/rollback.js';
import { abort, resume, retry } from './commands/signal.js';
import { snapshots } from './commands/snapshots.js';
import { sync } from './commands/sync.js';
import { complete, completionScript } from './completion.js';
import { CliError, EXIT } from './exitCodes.js';
import { nameOf, openSession, type Session } from './session.js';

interface GlobalFlags extends ClusterFlags {
  readonly json?: boolean;
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new CliError('interrupted', 130)));

const program = new Command('drover')
  .description('Durable storage operations for Kubernetes. Volumes are named NAMESPACE/NAME, cluster volumes NAME.')
  .option('--kubeconfig <file>', 'the cluster; default: a local stack in or above this folder, then KUBECONFIG')
  .option('--context <name>', 'a context of the kubeconfig')
  .option('--temporal <host:port>', 'the Temporal server; default: that of the local stack, then TEMPORAL_ADDRESS')
  .option('--temporal-namespace <name>', 'the Temporal namespace')
  .option('--json', 'print JSON')
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    `\nExit codes: ${Object.entries(EXIT)
      .map(([name, code]) => `${code} ${name}`)
      .join(', ')}`,
  )
  .exitOverride();

program
  .command('get [volume]')
  .description('list volumes, or show one')
  .option('-n, --namespace <namespace>', 'only this namespace')
  .action((name: string | undefined, options: { namespace?: string }) =>
    run((session, io) => get(session, name, options, io)),
  );
volumeCommand('describe', 'show everything about a volume and its run', describe);
volumeCommand('sync', 'sync now', sync).option('--wait', 'return when the sync has ended');
volumeCommand('diff', 'show what a sync would add, change and delete; writes nothing', diff)
  .option('--limit <count>', 'list at most so many changes, up to 1000', '100')
  .option('--after <path>', 'list only changes behind this path');
volumeCommand('apply', 'publish exactly the plan that diff has shown, or refuse', apply).requiredOption(
  '--plan <digest>',
  'the digest that diff has shown',
);
volumeCommand('approve', 'let a sync go on that is held', approve).option(
  '--plan <digest>',
  'refuse when another plan waits by now',
);
volumeCommand('logs', 'show what a run did, step by step', logs)
  .option('--run <id>', 'a run that history shows; default: the last one')
  .option('-f, --follow', 'go on until the run ends');
volumeCommand('history', 'list the runs of a volume', history).option('--limit <count>', 'at most so many', '20');
volumeCommand('snapshots', 'list the snapshots that are kept', snapshots);
volumeCommand('rollback', 'publish an earlier revision and stay there (sets spec.pin)', rollback).option(
  '--to <snapshot|revision>',
  'default: the one that was published before',
);
volumeCommand('unpin', 'follow the source again after a rollback', unpin);
volumeCommand('pause', 'stop following the source (sets spec.paused)', pause);
volumeCommand('resume', 'follow the source again after a pause', resume);
volumeCommand('abort', 'stop the run that is under way', abort);
volumeCommand('retry', 'try a stalled run again', retry);
volumeCommand('adopt', 'let the volume take over a directory that is not its own', adopt);
program
  .command('completion <shell>')
  .description('print a completion script for bash, zsh or fish')
  .action((shell: string) => console.log(completionScript(shell)));
program
  .command('complete [words...]', { hidden: true })
  .description('print what may follow these words')
  .action(async (words: string[]) => {
    const found = await complete(program, words, listVolumeNames);
    if (found.length > 0) console.log(found.join('\n'));
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function volumeCommand<Options extends object>(
  name: string,
  description: string,
  command: VolumeCommand<Options>,
): Command {
  return program
    .command(`${name} <volume>`)
    .description(description)
    .action((volume: string, options: Options) => run((session, io) => command(session, volume, options, io)));
}

/** Without a cluster there are no names to offer, which is no error while somebody types. */
async function listVolumeNames(): Promise<string[]> {
  try {
    const session = openSession(chooseCluster(program.opts<GlobalFlags>(), process.cwd(), process.env), stop.signal);
    const volumes = await listVolumes(session, undefined);
    return volumes.map(nameOf);
  } catch {
    return [];
  }
}

async function run(command: (session: Session, io: Io) => Promise<Outcome>): Promise<void> {
  const flags = program.opts<GlobalFlags>();
  const cluster = chooseCluster(flags, process.cwd(), process.env);
  const isTerminal = process.stderr.isTTY && flags.json !== true;
  const io: Io = {
    note: (line) => {
      if (flags.json !== true) console.error(line);
    },
    progress: (line) => {
      if (isTerminal) process.stderr.write(`\r\u001b[K${line}`);
    },
    print: (json, text) => console.log(flags.json === true ? JSON.stringify(json) : text),
    now: () => new Date(),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
  };
  const session = openSession(cluster, stop.signal);
  io.note(`cluster: ${session.kube.server} (${cluster.origin})`);
  try {
    const { json, text, exitCode } = await command(session, io);
    if (isTerminal) process.stderr.write('\r\u001b[K');
    const output = flags.json === true ? JSON.stringify(json, undefined, 2) : text;
    if (output !== undefined && output !== '') console.log(output);
    process.exitCode = exitCode ?? EXIT.ok;
  } finally {
    await session.close();
  }
}

/** Prints the error and returns the exit code for it. */
function report(error: unknown): number {
  // Commander has printed its own message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const cause = stop.signal.aborted ? stop.signal.reason : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  console.error(`drover: ${message}`);
  if (cause instanceof CliError) return cause.exitCode;
  if (cause instanceof KubeError) return cause.status === 0 ? EXIT.unreachable : EXIT.failed;
  return EXIT.failed;
}
