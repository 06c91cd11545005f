import { describe, expect, it } from '@jest/globals';
import { checkDestination } from '../../sources/addressPolicy.js';

const nowhere = async (): Promise<string[]> => Promise.reject(new Error('ENOTFOUND'));

describe('checkDestination', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '[fe80::1]',
    'fe80::1',
    '::ffff:169.254.169.254',
    '[fd00:ec2::254]',
    '100.100.100.200',
  ])('never allows %s', async (host) => {
    await expect(checkDestination(host, true, nowhere)).rejects.toMatchObject({
      reason: 'SourceRefused',
      message: expect.stringContaining(host),
    });
  });

  it.each(['127.0.0.1', '127.1.2.3', '0.0.0.0', '[::1]', '::', '::ffff:127.0.0.1'])(
    'allows %s only where it is wanted',
    async (host) => {
      await expect(checkDestination(host, false, nowhere)).rejects.toMatchObject({ reason: 'SourceRefused' });
      await expect(checkDestination(host, true, nowhere)).resolves.toHaveLength(1);
    },
  );

  it.each(['10.0.0.1', '192.168.1.1', '172.16.0.1', '8.8.8.8', '[2001:db8::1]', 'fd12::1'])(
    'allows %s',
    async (host) => {
      await expect(checkDestination(host, false, nowhere)).resolves.toHaveLength(1);
    },
  );

  it('looks at every address of a name', async () => {
    const both = async (): Promise<string[]> => ['203.0.113.1', '169.254.169.254'];

    await expect(checkDestination('git.example.com', true, both)).rejects.toMatchObject({
      message: expect.stringContaining('git.example.com (169.254.169.254)'),
    });
  });

  it('leaves it to the connection to say that a name is not known', async () => {
    await expect(checkDestination('no-such-host.invalid', false, nowhere)).resolves.toEqual([]);
  });
});
