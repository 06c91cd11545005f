import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncWorkflowId } from '../domain/volume.js';
import { chooseDemoChange, listFiles, pushChange } from './demoChange.js';
import { DEMO_BRANCH, type DemoRepository } from './demoRepository.js';
import { compareInodes, readInodes } from './demoTree.js';
import { applyDemoVolume, awaitPublished, DEMO_NAMESPACE, DEMO_VOLUME } from './demoVolume.js';
import type { Drover } from './drover.js';
import { createGit } from './git.js';
import { runKubectl } from './kubectl.js';
import { runCommand } from './run.js';
import type { Stack } from './stackDescription.js';

export interface DemoOptions {
  readonly stack: Stack;
  readonly drover: Pick<Drover, 'exportDir'>;
  readonly repository: DemoRepository;
  readonly say: (line: string) => void;
  readonly repositoryRoot: string;
}

/**
 * Shows on real data what Drover does: a first sync of this checkout's own repository, a commit of which exactly the
 * changed files are written, a rollback and the way back. Says a line for each step that held, and throws at the first
 * that did not. May be run again on the same state.
 */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const { stack, drover, repository, say, repositoryRoot } = options;
  const held = (line: string) => say(`✓ ${line}`);
  const git = createGit(stack.env, signal);
  const volumeDir = join(drover.exportDir, `${DEMO_NAMESPACE}.${DEMO_VOLUME}`);
  const dataDir = join(volumeDir, 'data');
  const command = async (name: string) => {
    const cli = join(repositoryRoot, 'dist', 'starters', 'cli', 'main.js');
    const target = ['--kubeconfig', stack.kubeconfig, '--temporal', stack.temporalAddress, '--json'];
    const args = [cli, ...target, name, `${DEMO_NAMESPACE}/${DEMO_VOLUME}`];
    return await runCommand(process.execPath, args, { env: stack.env }, signal);
  };

  const first = await git(repository.directory, 'rev-parse', DEMO_BRANCH);
  const change = chooseDemoChange(await listFiles(git, repository.directory, first));
  await applyDemoVolume(stack, repository.url, signal);
  const { metadata } = await awaitPublished(stack, first, signal);
  say(await runKubectl(stack, ['get', 'sv', '--all-namespaces'], signal));
  held(`the volume is Ready, and published what git rev-parse says: ${first}`);

  const read = async () => await readFile(join(dataDir, change.changed), 'utf8');
  const readerBefore = await read();
  const before = await readInodes(dataDir);
  const second = await pushChange(git, repository, change, new Date().toISOString());
  held(`pushed ${second}: changed ${change.changed}, added ${change.added}, deleted ${change.deleted}`);
  await awaitPublished(stack, second, signal);
  held('the commit was noticed and published');

  const { written, removed, kept } = compareInodes(before, await readInodes(dataDir));
  expectSame('the files that were written', written, [change.added, change.changed].toSorted());
  expectSame('the files that went away', removed, [change.deleted]);
  held(`written: ${written.join(', ')}; removed: ${removed.join(', ')}; untouched, with the same inode: ${kept}`);
  const readerAfter = await read();
  if (readerAfter === readerBefore) throw new Error(`a reader of ${change.changed} still sees the old content`);
  held(`a reader of ${change.changed} saw ${readerBefore.length} characters before and ${readerAfter.length} after`);

  const { pin } = JSON.parse(await command('rollback')) as { pin: string };
  expectSame('the revision of the rollback', [pin], [first]);
  await awaitPublished(stack, first, signal);
  expectSame('what a reader sees after the rollback', [await read()], [readerBefore]);
  held(`rolled back to ${first}: a reader sees the old content again`);

  await command('unpin');
  await awaitPublished(stack, second, signal);
  expectSame('what a reader sees after unpin', [await read()], [readerAfter]);
  held(`unpinned: the volume follows its source again, at ${second}`);

  const ref = { kind: 'SharedVolume', namespace: DEMO_NAMESPACE, name: DEMO_VOLUME, uid: metadata.uid } as const;
  for (const line of describeNext(stack, dataDir, syncWorkflowId(ref))) say(line);
}

/** What to look at after the demo, as lines to copy. */
export function describeNext(stack: Stack, dataDir: string, workflowId: string): string[] {
  const { kubeconfig, tools, temporalAddress, temporalUiUrl, temporalNamespace } = stack;
  const volume = `${DEMO_NAMESPACE}/${DEMO_VOLUME}`;
  const page = `${temporalUiUrl}/namespaces/${temporalNamespace}/workflows/${encodeURIComponent(workflowId)}`;
  const target = `--kubeconfig ${kubeconfig} --temporal ${temporalAddress}`;
  return [
    '',
    'What to look at next:',
    `  ls -la ${dataDir}`,
    `  ${tools.kubectl} --kubeconfig ${kubeconfig} describe sv ${DEMO_VOLUME} -n ${DEMO_NAMESPACE}`,
    `  ${tools.temporal} workflow show --address ${temporalAddress} --workflow-id ${workflowId}`,
    ...(temporalUiUrl === undefined ? [] : [`  ${page}`]),
    `  npx drover ${target} describe ${volume}`,
    `  npx drover ${target} history ${volume}`,
    '',
  ];
}

function expectSame(what: string, actual: readonly string[], expected: readonly string[]): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`);
}
