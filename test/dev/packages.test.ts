import { describe, expect, it } from '@jest/globals';
import { planInstall, SYSTEM_PROGRAMS } from '../../dev/packages.js';

const root = { isRoot: true, hasApt: true, isForbidden: false, hasSystemd: false };
const ssh = SYSTEM_PROGRAMS.filter(({ name }) => name.startsWith('ssh'));

describe('planInstall', () => {
  it('does nothing when nothing is missing', () => {
    expect(planInstall([], root)).toEqual({ action: 'nothing' });
  });

  it('installs each package once, as root with apt-get', () => {
    expect(planInstall(ssh, root)).toEqual({ action: 'install', packages: ['openssh-client', 'openssh-server'] });
  });

  it.each([
    ['without root', { ...root, isRoot: false }, 'sudo apt-get install openssh-client openssh-server'],
    ['when it is forbidden', { ...root, isForbidden: true }, 'sudo apt-get install openssh-client openssh-server'],
    [
      'where a server would be started',
      { ...root, hasSystemd: true },
      'sudo apt-get install openssh-client openssh-server',
    ],
    ['without apt-get', { ...root, hasApt: false }, 'install openssh-client, openssh-server'],
  ])('says exactly what to install %s', (_case, facts, how) => {
    expect(planInstall(ssh, facts)).toEqual({
      action: 'refuse',
      message: `the tests need sshd, ssh, ssh-keygen, which is not installed: ${how}`,
    });
  });
});
