import { describe, expect, it } from '@jest/globals';
import { DroverError } from '../../../domain/errors.js';
import { hostAndPort, isSameServer, parseAddress } from '../../../sources/git/address.js';

describe('parseAddress', () => {
  it.each([
    ['https://git.example.com/team/docs.git', 'git.example.com:443', undefined],
    ['http://git.example.com:8080/docs', 'git.example.com:8080', undefined],
    ['ssh://git@git.example.com/docs.git', 'git.example.com:22', 'git'],
    ['ssh://git.example.com:2222/~team/docs.git', 'git.example.com:2222', undefined],
    ['git://10.0.0.1/docs.git', '10.0.0.1:9418', undefined],
    ['https://[::1]:8443/docs.git', '[::1]:8443', undefined],
    ['git@git.example.com:team/docs.git', 'git.example.com:22', 'git'],
    ['git.example.com:team/docs.git', 'git.example.com:22', undefined],
  ])('accepts %s', (url, host, user) => {
    const address = parseAddress(url, false);
    expect(hostAndPort(address)).toBe(host);
    expect(address.user).toBe(user);
    expect(address.url).toBe(url);
    expect(address.label).not.toContain('@');
  });

  it.each([
    ['', /is empty/],
    ['-uexec:x', /begins with "-"/],
    ['--upload-pack=touch /tmp/x', /begins with "-"/],
    ['ext::sh -c id', /remote helper/],
    ['fd::7', /remote helper/],
    ['https::https://h/r', /remote helper/],
    ['file:///etc', /local disk/],
    ['/srv/repo.git', /local disk/],
    ['./repo', /scheme/],
    ['repo', /scheme/],
    ['ftp://h/r', /scheme/],
    ['HTTPS://h/r', /scheme/],
    ['http:///r', /no host/],
    ['https://h', /names no repository/],
    ['https://h/', /names no repository/],
    ['https://-oProxyCommand=id/r', /malformed host/],
    ['ssh://-oProxyCommand=id/r', /malformed host/],
    ['-oProxyCommand=id:r', /begins with "-"/],
    ['ssh://-l@h/r', /malformed user/],
    ['git@h:-x', /path that begins/],
    ['ssh://h:99999/r', /port/],
    ['ssh://h:0/r', /port/],
    ['https://h:x/r', /malformed host or port/],
    ['https://canary@h/r', /credentials/],
    ['https://user:canary@h/r', /credentials/],
    ['ssh://user:canary@h/r', /credentials/],
    ['git://canary@h/r', /credentials/],
    ['https://h/r?token=canary', /query/],
    ['https://h/r#canary', /fragment/],
    ['https://h/a\nb', /control character/],
    ['https://h/a%0ab', /control character/],
    ['https://h\u0000/r', /control character/],
    ['https://hö/r', /malformed host/],
  ])('refuses %j', (url, message) => {
    let failure: unknown;
    try {
      parseAddress(url, false);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(DroverError);
    expect(failure).toMatchObject({ reason: 'SourceRefused', message: expect.stringMatching(message) });
    expect((failure as Error).message).toMatch(/^source\.git\.url /);
    expect((failure as Error).message).not.toContain('canary');
  });

  it('accepts files only when they are allowed', () => {
    expect(hostAndPort(parseAddress('file:///srv/repo.git', true))).toBe('file');
    expect(hostAndPort(parseAddress('/srv/repo.git', true))).toBe('file');
    expect(() => parseAddress('file://host/repo.git', true)).toThrow(/file:\/\/\/path/);
  });
});

describe('isSameServer', () => {
  const of = (url: string) => parseAddress(url, false);

  it.each([
    ['https://h/a', 'https://H:443/b', true],
    ['git@h:a', 'ssh://other@h:22/b', true],
    ['https://h/a', 'http://h/a', false],
    ['https://h/a', 'https://h:8443/a', false],
    ['https://h/a', 'https://h.evil/a', false],
    ['https://h/a', 'git@h:a', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(isSameServer(of(a), of(b))).toBe(expected);
  });
});

it('a message calls the URL what it is', () => {
  expect(() => parseAddress('ftp://h/x', false, 'the URL of x')).toThrow(/^the URL of x needs the scheme/);
});
