import { Command, InvalidArgumentError } from 'commander';
import type { Workload } from './workload.js';

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** In the order in which they were named; all, in the order of the registry, when none was. */
  readonly workloads: readonly Workload[];
  readonly printsJson: boolean;
  readonly isQuick: boolean;
  readonly repeat: number | undefined;
  readonly dir: string | undefined;
  readonly profileDir: string | undefined;
}

interface Flags {
  readonly json: boolean;
  readonly quick: boolean;
  readonly repeat?: number;
  readonly dir?: string;
  readonly profile?: string;
}

/** Reads the arguments. Throws for a name that no workload has; `--help` prints and ends the process. */
export function parseBenchOptions(argv: readonly string[], registry: readonly Workload[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description('Measures Drover beside its peers, on this machine. Without names every workload runs.')
    .argument('[names...]', `any of ${registry.map(({ name }) => name).join(' ')}`)
    .option(
      '--json',
      'print a JSON array of the figures and nothing else on standard output (with npm run --silent)',
      false,
    )
    .option('--quick', 'small sizes: a smoke run whose figures mean nothing', false)
    .option('--repeat <n>', 'runs of each contestant, in place of the default of each workload', parseRepeat)
    .option('--dir <dir>', 'where fixtures and volumes are made, in place of the directory for temporary files')
    .option('--profile <dir>', 'write CPU profiles of the mover there')
    .addHelpText('after', `\nWorkloads:\n${registry.map(describe).join('\n')}`)
    .parse([...argv], { from: 'user' });
  const flags = command.opts<Flags>();
  const workloads = command.args.map((name) => findWorkload(name, registry));
  return {
    workloads: workloads.length === 0 ? registry : [...new Set(workloads)],
    printsJson: flags.json,
    isQuick: flags.quick,
    repeat: flags.repeat,
    dir: flags.dir,
    profileDir: flags.profile,
  };
}

function describe({ name, title, description, aim }: Workload): string {
  return `  ${name}  ${title}\n      ${description}\n      aim: ${aim}`;
}

function findWorkload(name: string, registry: readonly Workload[]): Workload {
  const found = registry.find((workload) => workload.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new Error(`there is no workload "${name}", only ${registry.map((workload) => workload.name).join(', ')}`);
}

function parseRepeat(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return count;
}
