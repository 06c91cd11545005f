import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { downloadRelease } from './download.js';
import { childEnvironment } from './environment.js';
import { buildWithGo } from './goBuild.js';
import { runCommand } from './run.js';
import { currentPlatform, type FoundTool, type Tool } from './tool.js';
import { isAtLeast } from './version.js';

export interface FindOptions {
  /** The environment of this process; see `toolVariable` and `cacheDirectory`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told in one line what applies, and how long work goes on. */
  readonly say: (line: string) => void;
  readonly platform?: ReturnType<typeof currentPlatform>;
}

/** The variable that names a tool's program: `DROVER_TOOL_KUBE_APISERVER` for `kube-apiserver`. */
export function toolVariable(tool: Pick<Tool, 'name'>): string {
  return `DROVER_TOOL_${tool.name.toUpperCase().replaceAll('-', '_')}`;
}

/** Where tools are kept across checkouts: `drover/` below `XDG_CACHE_HOME`, which is `~/.cache` unless set. */
export function cacheDirectory(env: FindOptions['env']): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] ?? '/', '.cache'), 'drover');
}

/**
 * Finds a tool: the path in its variable, then `PATH` at a fitting version, the cache, the official download, and a
 * build with Go. Throws when the variable names no program (another one would be a surprise), or when no way is left;
 * that error names the ways and why each failed.
 */
export async function findTool(tool: Tool, options: FindOptions, signal?: AbortSignal): Promise<FoundTool> {
  const { env, say } = options;
  const label = `${tool.name} ${tool.version}`;
  const variable = toolVariable(tool);
  const named = env[variable];
  if (named !== undefined && named !== '') {
    if (!(await isProgram(named))) throw new Error(`${variable}=${named} is not an executable file`);
    return found(named, `from ${variable}`);
  }
  const onPath = await findOnPath(tool, childEnvironment(env), signal);
  if (onPath !== undefined) return onPath;
  const cached = join(cacheDirectory(env), `${tool.name}-${tool.version}`, tool.name);
  if (await isProgram(cached)) return found(cached, 'from the cache');

  const failures: string[] = [];
  const release = tool.release(options.platform ?? currentPlatform());
  if (release !== undefined) {
    try {
      say(`${label}: downloading ${release.url}`);
      await downloadRelease(release, cached, { env: childEnvironment(env) }, signal);
      return found(cached, `downloaded from ${release.url}`);
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`download: ${(error as Error).message}`);
    }
  }
  try {
    await runCommand('go', ['version'], { env: childEnvironment(env) }, signal);
    say(`${label}: building it with go from ${tool.goBuild.module}@${tool.goBuild.moduleVersion}, which takes minutes`);
    const onProgress = (elapsedS: number) => say(`${label}: still building after ${elapsedS} s`);
    await buildWithGo(tool.goBuild, cached, { env: childEnvironment(env), onProgress }, signal);
    return found(cached, 'built with go');
  } catch (error) {
    signal?.throwIfAborted();
    failures.push(`go build: ${(error as Error).message}`);
  }
  throw new Error(
    [
      `${label} is needed and was not found. Three ways to get it:`,
      `  1. install ${tool.name} >= ${tool.minimumVersion} on PATH, or name it in ${variable}`,
      `  2. download it${release === undefined ? '' : ` from ${release.url}`} to ${cached}`,
      `  3. install Go, with which it is built by itself`,
      ...failures.map((failure) => `  (${failure})`),
    ].join('\n'),
  );
}

async function findOnPath(
  tool: Tool,
  env: Record<string, string>,
  signal?: AbortSignal,
): Promise<FoundTool | undefined> {
  for (const directory of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, tool.name);
    if (directory === '' || !(await isProgram(path))) continue;
    const version = await askVersion(tool, path, env, signal);
    if (version !== undefined && isAtLeast(version, tool.minimumVersion)) return found(path, `${version} from PATH`);
  }
  return undefined;
}

async function askVersion(tool: Tool, path: string, env: Record<string, string>, signal?: AbortSignal) {
  try {
    const answer = await runCommand(path, tool.askVersion.args, { env }, signal);
    return tool.askVersion.pattern.exec(answer)?.[1];
  } catch {
    signal?.throwIfAborted();
    // A program of this name that cannot say its version is another program, or broken: it does not fit.
    return undefined;
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Missing, or not ours to run: either way there is no program here.
    return false;
  }
}

function found(path: string, origin: string): FoundTool {
  return { path, origin };
}
