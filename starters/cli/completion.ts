import type { Command } from 'commander';
import { CliError, EXIT } from './exitCodes.js';

/** Scripts that ask `drover complete` for the words that may follow; what those are, only the program knows. */
const SCRIPTS: Record<string, string> = {
  bash: `_drover() {
  local IFS=$'\\n'
  COMPREPLY=($(drover complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  compopt +o default 2>/dev/null
}
complete -F _drover drover`,
  zsh: `#compdef drover
_drover() {
  local -a found
  found=("\${(@f)$(drover complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _drover drover`,
  fish: `complete -c drover -f -a '(drover complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

/** A script for the start-up file of a shell, for instance `source <(drover completion bash)`. */
export function completionScript(shell: string): string {
  const script = SCRIPTS[shell];
  if (script === undefined) {
    throw new CliError(`"${shell}" is not one of ${Object.keys(SCRIPTS).join(', ')}`, EXIT.usage);
  }
  return script;
}

/**
 * What the last of `words` may become: commands, options of the command, or names of volumes.
 * @param words behind the name of the program; the last one is unfinished, and may be empty
 */
export async function complete(
  program: Command,
  words: readonly string[],
  listVolumes: () => Promise<readonly string[]>,
): Promise<string[]> {
  const unfinished = words.at(-1) ?? '';
  const command = program.commands.find((candidate) => words.slice(0, -1).includes(candidate.name()));
  const options = [program, ...(command === undefined ? [] : [command])].flatMap(({ options: own }) =>
    own.map(({ long }) => long ?? ''),
  );
  const candidates = unfinished.startsWith('-')
    ? options
    : command === undefined
      ? visibleCommands(program)
      : takesVolume(command)
        ? await listVolumes()
        : [];
  return candidates.filter((candidate) => candidate.startsWith(unfinished));
}

function visibleCommands(program: Command): string[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
}

function takesVolume({ registeredArguments }: Command): boolean {
  return registeredArguments[0]?.name() === 'volume';
}
