import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A small ext4 file system in a file, mounted by a loop device. */
export interface Disk {
  mount(path: string): void;
  remount(mode: 'ro' | 'rw'): void;
  unmount(): void;
  /** Uses up what is free but for about `leftBytes`; with 0 to the last block. */
  fill(leftBytes: number): void;
  /** Uses up every inode. */
  fillInodes(): void;
  /** Gives everything back that was used up. */
  free(): void;
}

const MARGIN_BYTES = 512 * 1024;

/** @throws when this process may not mount: what is tested needs a real file system that ends */
export function createDisk(imagePath: string, size: { readonly bytes: number; readonly inodes: number }): Disk {
  if (process.getuid?.() !== 0) {
    throw new Error(
      'tests of disk faults mount ext4 from a file: run them as root, with loop devices (/dev/loop-control)',
    );
  }
  let mountPath = '';
  writeFileSync(imagePath, '');
  truncateSync(imagePath, size.bytes);
  run('mkfs.ext4', '-q', '-F', '-m', '0', '-N', String(size.inodes), imagePath);
  const filler = (): string => join(mountPath, '.filler');

  return {
    mount(path) {
      mountPath = path;
      run('mount', '-o', 'loop', imagePath, path);
    },
    remount: (mode) => run('mount', '-o', `remount,${mode}`, mountPath),
    unmount: () => run('umount', mountPath),
    fill(leftBytes) {
      run('mkdir', '-p', filler());
      const { bavail, bsize } = statfsSync(mountPath);
      // What the file system needs to know where the blocks are takes blocks as well.
      run('fallocate', '-l', String(bavail * bsize - Math.max(leftBytes, MARGIN_BYTES)), join(filler(), 'bytes'));
      if (leftBytes === 0) untilFull(() => appendFileSync(join(filler(), 'rest'), Buffer.alloc(bsize)));
    },
    fillInodes() {
      run('mkdir', '-p', filler());
      untilFull((count) => writeFileSync(join(filler(), String(count)), ''));
    },
    free: () => rmSync(filler(), { recursive: true, force: true }),
  };
}

/** Repeats `use` until the disk refuses it. */
function untilFull(use: (count: number) => void): void {
  for (let count = 0; ; count++) {
    try {
      use(count);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}

function run(program: string, ...args: string[]): void {
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  execFileSync(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
}
