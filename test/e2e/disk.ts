import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A small ext4 file system in a file, mounted by a loop device. */
export interface Disk {
  mount(path: string): void;
  remount(mode: 'ro' | 'rw'): void;
  unmount(): void;
  /** Uses up what is free but for about `leftBytes`. */
  fill(leftBytes: number): void;
  /** Uses up every inode. */
  fillInodes(): void;
  /** Gives everything back that was used up. */
  free(): void;
}

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
      run('fallocate', '-l', String(bavail * bsize - leftBytes), join(filler(), 'bytes'));
    },
    fillInodes() {
      run('mkdir', '-p', filler());
      for (let index = 0; ; index++) {
        try {
          writeFileSync(join(filler(), String(index)), '');
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
          throw error;
        }
      }
    },
    free: () => rmSync(filler(), { recursive: true, force: true }),
  };
}

function run(program: string, ...args: string[]): void {
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  execFileSync(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
}
