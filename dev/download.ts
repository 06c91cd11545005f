import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findChecksum } from './checksum.js';
import { fetchPatiently, type Patience } from './fetchPatiently.js';
import { runCommand } from './run.js';
import type { Release } from './tool.js';

export interface DownloadOptions {
  /** The environment of `tar`. */
  readonly env: Readonly<Record<string, string>>;
  readonly patience?: Patience;
}

/**
 * Downloads a released program to `target`, an absolute path, and makes it executable. The file appears there at once
 * and only when its checksum is the published one, so two downloads at a time do no harm.
 * Throws when the server does not answer, stops sending, sends less than it announced, or the checksum differs.
 */
export async function downloadRelease(
  release: Release,
  target: string,
  options: DownloadOptions,
  signal?: AbortSignal,
): Promise<void> {
  const { url, checksumUrl, member } = release;
  const fileName = basename(new URL(url).pathname);
  await mkdir(dirname(target), { recursive: true });
  const workDir = await mkdtemp(join(dirname(target), '.download-'));
  try {
    const expected = findChecksum(await fetchText(checksumUrl, options.patience, signal), fileName);
    if (expected === undefined) throw new Error(`${checksumUrl} has no SHA-256 of ${fileName}`);
    const file = join(workDir, 'download');
    const hash = createHash('sha256');
    const body = fetchPatiently(url, options.patience, signal);
    await pipeline(body, (chunks: AsyncIterable<Uint8Array>) => hashed(chunks, hash), createWriteStream(file));
    const actual = hash.digest('hex');
    if (actual !== expected) throw new Error(`${url} has SHA-256 ${actual}, but ${expected} is published`);
    let program = file;
    if (member !== undefined) {
      await runCommand('tar', ['-xzf', file, '-C', workDir, member], { env: options.env }, signal);
      program = join(workDir, member);
    }
    await chmod(program, 0o755);
    await rename(program, target);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

async function fetchText(url: string, patience: Patience | undefined, signal?: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of fetchPatiently(url, patience, signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
