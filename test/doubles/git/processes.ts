import { readdirSync, readFileSync } from 'node:fs';

/** A living process, as /proc shows it; its zero bytes are spaces. */
export interface SeenProcess {
  readonly pid: number;
  readonly commandLine: string;
  readonly environment: string;
}

/** The processes of this machine other than this one. Those that end while they are looked at are left out. */
export function seenProcesses(): SeenProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const [commandLine, environment] = ['cmdline', 'environ'].map((file) =>
          readFileSync(`/proc/${name}/${file}`, 'latin1').replaceAll('\0', ' '),
        );
        return [{ pid: Number(name), commandLine: commandLine ?? '', environment: environment ?? '' }];
      } catch {
        // The process ended meanwhile.
        return [];
      }
    });
}

/** The command lines of git and its children that work in `dir`: other programs of the machine may speak of it too. */
export function gitProcessesIn(dir: string): string[] {
  return seenProcesses()
    .filter(
      ({ commandLine, environment }) =>
        /^(\S*\/)?git\b/.test(commandLine) && `${commandLine}${environment}`.includes(dir),
    )
    .map(({ commandLine }) => commandLine);
}
