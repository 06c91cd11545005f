/** A program that tests run and that comes with the operating system, and the Debian package that it is in. */
export interface SystemProgram {
  readonly name: string;
  readonly debianPackage: string;
}

export const SYSTEM_PROGRAMS: readonly SystemProgram[] = [
  { name: 'git', debianPackage: 'git' },
  { name: 'sshd', debianPackage: 'openssh-server' },
  { name: 'ssh', debianPackage: 'openssh-client' },
  { name: 'ssh-keygen', debianPackage: 'openssh-client' },
  { name: 'openssl', debianPackage: 'openssl' },
  { name: 'mkfs.ext4', debianPackage: 'e2fsprogs' },
  { name: 'mount', debianPackage: 'mount' },
];

/** Where programs for administrators lie, which are not on everybody's `PATH`. */
export const ADMIN_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'] as const;

/** What is known about this machine when programs are missing. */
export interface InstallFacts {
  readonly isRoot: boolean;
  readonly hasApt: boolean;
  /** Whether the user forbade it, with DROVER_NO_INSTALL=1. */
  readonly isForbidden: boolean;
  /** Whether systemd runs: it would start the SSH server that is only wanted as a program. */
  readonly hasSystemd: boolean;
}

export type InstallPlan =
  | { readonly action: 'nothing' }
  | { readonly action: 'install'; readonly packages: readonly string[] }
  | { readonly action: 'refuse'; readonly message: string };

/** Decides what to do about missing programs: install their packages where that is possible and allowed. */
export function planInstall(missing: readonly SystemProgram[], facts: InstallFacts): InstallPlan {
  if (missing.length === 0) return { action: 'nothing' };
  const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))].toSorted();
  const mayInstall = facts.isRoot && facts.hasApt && !facts.isForbidden && !facts.hasSystemd;
  if (mayInstall) return { action: 'install', packages };
  const names = missing.map(({ name }) => name).join(', ');
  const how = facts.hasApt ? `sudo apt-get install ${packages.join(' ')}` : `install ${packages.join(', ')}`;
  return { action: 'refuse', message: `the tests need ${names}, which is not installed: ${how}` };
}
