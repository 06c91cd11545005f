/** What `npm test` runs first: makes sure that every program that the tests run is there. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { childEnvironment } from './environment.js';
import { findTools } from './findTools.js';
import { ADMIN_DIRECTORIES, planInstall, SYSTEM_PROGRAMS } from './packages.js';
import { runCommand } from './run.js';
import { TOOL_NAMES } from './tools.js';

const say = (line: string) => console.log(line);
const { env } = process;

try {
  await installSystemPrograms();
  await findTools(TOOL_NAMES, { env, say });
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function installSystemPrograms(): Promise<void> {
  const plan = planInstall(findMissing(), {
    isRoot: process.getuid?.() === 0,
    hasApt: isInstalled('apt-get'),
    isForbidden: env['DROVER_NO_INSTALL'] === '1',
    hasSystemd: existsSync('/run/systemd/system'),
  });
  if (plan.action === 'refuse') throw new Error(plan.message);
  if (plan.action === 'nothing') return;
  say(`installing ${plan.packages.join(', ')}`);
  // RUNLEVEL=1 makes invoke-rc.d start no service: sshd is started by tests, on ports of theirs, and nowhere else.
  const aptEnv = childEnvironment(env, { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' });
  await runCommand('apt-get', ['update', '-qq'], { env: aptEnv });
  await runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...plan.packages], { env: aptEnv });
  const missing = findMissing().map(({ name }) => name);
  if (missing.length > 0) throw new Error(`still missing after the installation: ${missing.join(', ')}`);
}

function findMissing() {
  return SYSTEM_PROGRAMS.filter(({ name }) => !isInstalled(name));
}

function isInstalled(name: string): boolean {
  const directories = [...(env['PATH'] ?? '').split(delimiter), ...ADMIN_DIRECTORIES];
  return directories.some((directory) => existsSync(join(directory, name)));
}
