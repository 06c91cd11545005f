import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { EntryMode, ManifestEntry } from '../domain/manifest.js';

/** A listing on disk: one JSON array `[path, mode, size, id]` a line, with a `1` behind where `converted` holds; sorted by path. */

/** Lines that are gathered before they are written: one system call for about 64 KiB. */
const LINES_A_WRITE = 512;

const CHUNK_BYTES = 256 * 1024;

/** Writes a listing durably and returns its digest, `sha256:` and hex, which covers every byte of the file. */
export async function writeListing(path: string, entries: Iterable<ManifestEntry>): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  try {
    let lines: string[] = [];
    const flush = async (): Promise<void> => {
      const text = lines.join('');
      lines = [];
      hash.update(text);
      await file.write(text);
    };
    for (const { path: entryPath, mode, size, id, converted } of entries) {
      lines.push(`${JSON.stringify([entryPath, mode, size, id, ...(converted === true ? [1] : [])])}\n`);
      if (lines.length === LINES_A_WRITE) await flush();
    }
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
  return `sha256:${hash.digest('hex')}`;
}

export async function readListing(path: string): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  let rest = '';
  // Whole chunks instead of a promise for each line: a tenth of the time for a listing of many files.
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: CHUNK_BYTES })) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) entries.push(parseLine(line));
  }
  if (rest !== '') entries.push(parseLine(rest));
  return entries;
}

function parseLine(line: string): ManifestEntry {
  const [path, mode, size, id, converted] = JSON.parse(line) as [string, EntryMode, number, string, 1?];
  return { path, mode, size, id, ...(converted === 1 && { converted: true }) };
}
