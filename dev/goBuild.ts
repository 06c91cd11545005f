import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { runCommand } from './run.js';
import type { GoBuild } from './tool.js';

export interface GoBuildOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Called every ten seconds with the seconds that have passed. */
  readonly onProgress: (elapsedS: number) => void;
}

const PROGRESS_INTERVAL_MS = 10_000;

/**
 * Builds a program from its published Go module to `target`, an absolute path. It appears there at once and complete,
 * so two builds at a time do no harm. Takes minutes with an empty build cache.
 */
export async function buildWithGo(
  build: GoBuild,
  target: string,
  options: GoBuildOptions,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const workDir = await mkdtemp(join(dirname(target), '.build-'));
  const startMs = performance.now();
  const progress = setInterval(() => {
    options.onProgress(Math.round((performance.now() - startMs) / 1000));
  }, PROGRESS_INTERVAL_MS);
  const env = { ...options.env, CGO_ENABLED: '0' };
  const go = async (...args: string[]) => await runCommand('go', args, { env, cwd: workDir }, signal);
  try {
    const answer = await go('mod', 'download', '-json', `${build.module}@${build.moduleVersion}`);
    const { GoMod } = JSON.parse(answer) as { GoMod: string };
    await writeFile(join(workDir, 'go.mod'), composeGoMod(build, await readFile(GoMod, 'utf8')));
    const binary = join(workDir, basename(target));
    await go('build', '-mod=mod', '-trimpath', `-ldflags=${linkerFlags(build)}`, '-o', binary, build.package);
    await rename(binary, target);
  } finally {
    clearInterval(progress);
    await rm(workDir, { recursive: true, force: true });
  }
}

/** The go.mod of a module that requires `build`'s, whose own go.mod is `upstream`, with what holds only in the main module. */
export function composeGoMod(build: GoBuild, upstream: string): string {
  const goLine = /^go .*$/m.exec(upstream)?.[0] ?? '';
  const lines = ['module drover.local/build', goLine, `require ${build.module} ${build.moduleVersion}`];
  if (build.stagingVersion !== undefined) {
    for (const [, module] of upstream.matchAll(/^\s*(?:replace\s+)?(\S+) => \.\/\S+$/gm)) {
      lines.push(`replace ${module} => ${module} ${build.stagingVersion}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function linkerFlags({ linkedValues = {} }: GoBuild): string {
  const values = Object.entries(linkedValues).map(([name, value]) => `-X ${name}=${value}`);
  return ['-s', '-w', ...values].join(' ');
}
