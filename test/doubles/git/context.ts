import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitOptions } from '../../../sources/git/index.js';
import type { Credentials, SourceProgress, StoreContext } from '../../../sources/source.js';

/** Sources as on a local stack: servers on this machine, but not its files. */
export const LOCAL_SERVERS: GitOptions = { allowFileUrls: false, allowLoopback: true };

/** The directories that a volume and an attempt have. The name has characters that must be quoted. */
export interface VolumeDirs {
  readonly root: string;
  readonly storeDir: string;
  context(given?: Partial<StoreContext>): StoreContext & { readonly seen: SourceProgress[] };
  /** A new empty directory to write a tree into. */
  target(): string;
  remove(): void;
}

export function createVolumeDirs(): VolumeDirs {
  const root = mkdtempSync(join(tmpdir(), "drover git's 100% "));
  const storeDir = join(root, 'store');
  let count = 0;
  const fresh = (name: string): string => {
    const dir = join(root, `${name}-${++count}`);
    mkdirSync(dir, { mode: 0o700 });
    return dir;
  };
  return {
    root,
    storeDir,
    context(given = {}) {
      const seen: SourceProgress[] = [];
      const credentials: Credentials = {};
      return {
        credentials,
        privateDir: fresh('private'),
        scratchDir: fresh('scratch'),
        storeDir,
        keptRevisions: [],
        onProgress: (progress) => void seen.push(progress),
        signal: new AbortController().signal,
        seen,
        ...given,
      };
    },
    target: () => fresh('target'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
