import { join } from 'node:path';
import { runCommand } from './run.js';
import type { Stack } from './stackDescription.js';

/** What a kubectl call needs of a stack. */
export type KubectlTarget = Pick<Stack, 'kubeconfig' | 'stateDir' | 'tools' | 'env'>;

/**
 * Runs kubectl against the stack and returns its output. Objects in `manifests` are passed as standard input
 * (`-f -`). Its discovery cache lies with the stack: an old one of another stack on the same port would mislead it.
 */
export async function runKubectl(
  target: KubectlTarget,
  args: readonly string[],
  signal: AbortSignal,
  manifests?: readonly object[],
): Promise<string> {
  const { kubeconfig, stateDir, tools, env } = target;
  const fixed = ['--kubeconfig', kubeconfig, '--cache-dir', join(stateDir, 'kubectl-cache')];
  const input =
    manifests === undefined ? undefined : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
  return await runCommand(tools.kubectl, [...fixed, ...args], { env, ...(input !== undefined && { input }) }, signal);
}
