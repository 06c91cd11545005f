import { describe, expect, it } from '@jest/globals';
import { attributeDigests } from '../../../sources/git/attributes.js';
import { blobReader } from '../../../sources/git/objects.js';
import { parseProgress } from '../../../sources/git/progress.js';
import { redact } from '../../../sources/git/redact.js';
import { parseRemoteRefs, pickRevision, refCandidates, similarRefs } from '../../../sources/git/refs.js';
import { directoriesDownTo } from '../../../sources/git/repositoryPath.js';
import { treeReader, type TreeRecord } from '../../../sources/git/tree.js';

const [ID_A, ID_B, ID_C] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;

/** Every way to cut `bytes` into two pieces, since output comes in arbitrary chunks. */
function* cuts(bytes: Buffer): Generator<Buffer[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

describe('remote refs', () => {
  const refs = parseRemoteRefs(
    `warning: x\n${ID_A}\tHEAD\n${ID_A}\trefs/heads/main\n${ID_B}\trefs/tags/v1\n${ID_C}\trefs/tags/v1^{}\n${ID_B}\trefs/x/refs/heads/other\n`,
  );

  it.each([
    [undefined, ID_A],
    ['HEAD', ID_A],
    ['main', ID_A],
    ['v1', ID_C],
    ['refs/tags/v1', ID_C],
    ['other', undefined],
  ])('%s is %s', (ref, id) => {
    expect(pickRevision(refs, ref)).toBe(id);
  });

  it('looks for a branch before a tag', () => {
    expect(refCandidates('x')).toEqual(['refs/heads/x', 'refs/tags/x^{}', 'refs/tags/x']);
  });

  it('shows at most five similar names, the nearest first', () => {
    const many = ['main', 'master', 'mine', 'develop', 'release/main-2', 'z', 'y'].map((name) => ({
      name: `refs/heads/${name}`,
      id: ID_A,
    }));
    expect(similarRefs([...many, { name: 'refs/tags/main^{}', id: ID_A }], 'mian')).toEqual([
      'main',
      'mine',
      'y',
      'z',
      'master',
    ]);
    expect(similarRefs(many, 'Main').slice(0, 2)).toEqual(['main', 'release/main-2']);
  });
});

describe('parseProgress', () => {
  it.each([
    ['remote: Counting objects:  33% (1/3)', { step: 'preparing', percent: 33 }],
    ['remote: Compressing objects: 100% (2/2), done.', { step: 'preparing', percent: 100 }],
    ['Receiving objects:  42% (42/100)', { step: 'fetching', percent: 42 }],
    ['Receiving objects: 100% (3/3), 256 bytes | 256.00 KiB/s, done.', { step: 'fetching', percent: 100, bytes: 256 }],
    ['Receiving objects:  50% (1/2), 1.50 MiB | 2.00 MiB/s', { step: 'fetching', percent: 50, bytes: 1_572_864 }],
    ['Resolving deltas: 100% (1/1), done.', { step: 'unpacking', percent: 100 }],
    ['From git://127.0.0.1/x', undefined],
    ['fatal: Receiving', undefined],
  ])('%s', (line, expected) => {
    expect(parseProgress(line)).toEqual(expected);
  });
});

describe('treeReader', () => {
  const output = Buffer.from(
    `100644 blob ${ID_A}      12\ta b\n\tc\x00160000 commit ${ID_B}       -\tlib\x00120000 blob ${ID_C}       3\tü\x00`,
  );
  const expected: TreeRecord[] = [
    { mode: '100644', id: ID_A, size: 12, path: 'a b\n\tc' },
    { mode: '160000', id: ID_B, size: 0, path: 'lib' },
    { mode: '120000', id: ID_C, size: 3, path: 'ü' },
  ];

  it('takes records apart wherever the pieces are cut', () => {
    for (const pieces of cuts(output)) {
      const records: TreeRecord[] = [];
      const read = treeReader((record) => void records.push(record));
      for (const piece of pieces) read(piece);
      expect(records).toEqual(expected);
    }
  });

  it('refuses a path that is not UTF-8 and notices a missing blob', () => {
    const read = treeReader(() => undefined);
    const bad = Buffer.concat([Buffer.from(`100644 blob ${ID_A} 1\tx`), Buffer.from([0xff, 0])]);
    expect(() => read(bad)).toThrow(/"xÿ" is not valid UTF-8/);
    expect(() => treeReader(() => undefined)(Buffer.from(`100644 blob ${ID_A}     BAD\tx\0`))).toThrow(
      expect.objectContaining({ name: 'GitFailure', stderr: expect.stringContaining('missing blob') }),
    );
  });
});

describe('blobReader', () => {
  it('takes objects apart wherever the pieces are cut', () => {
    for (const pieces of cuts(Buffer.from(`${ID_A} blob 3\na\nb\n${ID_B} blob 0\n\n${ID_C} blob 1\nx\n`))) {
      const seen: string[][] = [];
      const read = blobReader((id, content) => void seen.push([id, content.toString()]));
      for (const piece of pieces) read(piece);
      expect(seen).toEqual([
        [ID_A, 'a\nb'],
        [ID_B, ''],
        [ID_C, 'x'],
      ]);
    }
  });

  it('notices a missing object', () => {
    expect(() => blobReader(() => undefined)(Buffer.from(`${ID_A} missing\n`))).toThrow(
      expect.objectContaining({ stderr: expect.stringContaining('missing object') }),
    );
  });
});

describe('attributeDigests', () => {
  it('depends on every file from the root down to the directory, and on nothing else', () => {
    const before = attributeDigests(
      new Map([
        ['', ID_A],
        ['a/b', ID_B],
      ]),
    );
    expect(before('x')).toBe(before(''));
    expect(before('a')).toBe(before(''));
    expect(before('a/b')).not.toBe(before('a'));
    expect(before('a/b/c/d')).toBe(before('a/b'));
    const after = attributeDigests(
      new Map([
        ['', ID_A],
        ['a/b', ID_C],
      ]),
    );
    expect(after('a')).toBe(before('a'));
    expect(after('a/b/c')).not.toBe(before('a/b/c'));
  });

  it('tells the place of a file', () => {
    expect(attributeDigests(new Map([['', ID_A]]))('a')).not.toBe(attributeDigests(new Map([['a', ID_A]]))('a'));
  });

  it('is absent where none applies', () => {
    const digestOf = attributeDigests(new Map([['a', ID_A]]));
    expect(digestOf('')).toBeUndefined();
    expect(digestOf('ab')).toBeUndefined();
    expect(digestOf('a')).toMatch(/^[0-9a-f]{12}$/);
  });

  it('names the directories above', () => {
    expect(directoriesDownTo('a/b')).toEqual(['', 'a', 'a/b']);
    expect(directoriesDownTo('')).toEqual(['']);
  });
});

describe('redact', () => {
  it('removes every form of a secret', () => {
    const password = 'p@ss/w+rd';
    const forms = [
      password,
      encodeURIComponent(password),
      Buffer.from(password).toString('base64'),
      Buffer.from(`me:${password}`).toString('base64'),
    ];
    for (const form of forms) expect(redact(`said ${form}!`, { user: 'me', password })).toBe('said ***!');
    const privateKey = '-----BEGIN KEY-----\nabcdefgh\nijkl\n-----END KEY-----\n';
    expect(redact('x abcdefgh y ijkl', { privateKey })).toBe('x *** y ***');
    expect(redact('unchanged', {})).toBe('unchanged');
    expect(redact('unchanged', { password: '' })).toBe('unchanged');
  });
});
