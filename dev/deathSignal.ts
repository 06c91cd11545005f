import { runCommand } from './run.js';

export type DeathSignal = 'TERM' | 'KILL';

/**
 * What to put before a command so that it is sent `signal` when this process dies, even by SIGKILL. Linux only
 * (prctl(2), PR_SET_PDEATHSIG, through setpriv of util-linux); elsewhere nothing, and the next start ends what is left.
 */
export async function findDeathSignal(
  signal: DeathSignal,
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const [command, ...args] = ['setpriv', '--pdeathsig', signal, '--'] as const;
  try {
    await runCommand(command, [...args, 'true'], { env });
    return [command, ...args];
  } catch {
    // Not installed, or one that does not know the option (busybox): children are only ended by an orderly stop.
    return [];
  }
}
