import { runCommand } from './run.js';

/** The user's own settings (signing, hooks, rewritten addresses) must not change what the demo does. */
const ISOLATION = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Drover demo',
  GIT_AUTHOR_EMAIL: 'demo@drover.invalid',
  GIT_COMMITTER_NAME: 'Drover demo',
  GIT_COMMITTER_EMAIL: 'demo@drover.invalid',
} as const;

/** Runs git in `cwd` and returns its output, trimmed. */
export type RunGit = (cwd: string, ...args: string[]) => Promise<string>;

export function createGit(env: Readonly<Record<string, string>>, signal: AbortSignal): RunGit {
  return async (cwd, ...args) => {
    // A checkout may belong to another user than the one who runs this, as in containers.
    const output = await runCommand(
      'git',
      ['-c', 'safe.directory=*', ...args],
      { cwd, env: { ...env, ...ISOLATION } },
      signal,
    );
    return output.trim();
  };
}
