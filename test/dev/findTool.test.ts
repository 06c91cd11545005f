import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findTool } from '../../dev/findTool.js';
import { TOOLS } from '../../dev/tools.js';
import type { Release, Tool } from '../../dev/tool.js';

let home: string;
let said: string[];
let server: Server | undefined;

const tool: Tool = {
  name: 'test-tool',
  version: '1.5.1',
  minimumVersion: '1.5.0',
  askVersion: { args: ['--version'], pattern: /version (\d+\.\d+\.\d+)/ },
  release: () => undefined,
  goBuild: { module: 'example.invalid/tool', moduleVersion: 'v1.5.1', package: 'example.invalid/tool' },
};

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-tools-'));
  said = [];
});

afterEach(async () => {
  server?.close();
  server = undefined;
  await rm(home, { recursive: true });
});

async function install(directory: string, version: string): Promise<string> {
  const path = join(home, directory, tool.name);
  await mkdir(join(home, directory), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho version ${version}\n`);
  await chmod(path, 0o755);
  return path;
}

async function find(env: Record<string, string> = {}, release?: Release) {
  const path = [join(home, 'old'), join(home, 'bin'), '/bin'].join(':');
  return await findTool(
    { ...tool, release: () => release },
    { env: { HOME: home, PATH: path, ...env }, say: (line) => said.push(line) },
  );
}

describe('findTool', () => {
  it('takes the named path before anything else', async () => {
    await install('bin', '9.9.9');
    const named = await install('named', '0.0.1');
    await expect(find({ DROVER_TOOL_TEST_TOOL: named })).resolves.toEqual({
      path: named,
      origin: 'from DROVER_TOOL_TEST_TOOL',
    });
  });

  it('fails when the named path is no program, instead of taking another one', async () => {
    await install('bin', '9.9.9');
    await expect(find({ DROVER_TOOL_TEST_TOOL: home })).rejects.toThrow(
      `DROVER_TOOL_TEST_TOOL=${home} is not an executable file`,
    );
  });

  it('passes over a program on PATH that is too old or cannot tell its version', async () => {
    await install('old', '1.4.9');
    const path = await install('bin', '1.5.0');
    await expect(find()).resolves.toEqual({ path, origin: '1.5.0 from PATH' });
    await install('bin', 'unknown');
    const cached = await install('.cache/drover/test-tool-1.5.1', '1.5.1');
    await expect(find()).resolves.toEqual({ path: cached, origin: 'from the cache' });
  });

  it('keeps its cache below XDG_CACHE_HOME', async () => {
    const cached = await install('elsewhere/drover/test-tool-1.5.1', '1.5.1');
    await expect(find({ XDG_CACHE_HOME: join(home, 'elsewhere') })).resolves.toMatchObject({ path: cached });
  });

  it('downloads into the cache and finds it there the next time', async () => {
    const program = '#!/bin/sh\n';
    const digest = createHash('sha256').update(program).digest('hex');
    const listening = createServer((request, response) => response.end(request.url === '/sum' ? digest : program));
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const page = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    const release = { url: `${page}/program`, checksumUrl: `${page}/sum` };
    const path = join(home, '.cache/drover/test-tool-1.5.1/test-tool');
    await expect(find({}, release)).resolves.toEqual({ path, origin: `downloaded from ${page}/program` });
    await expect(find({}, release)).resolves.toEqual({ path, origin: 'from the cache' });
    expect(said).toEqual([`test-tool 1.5.1: downloading ${page}/program`]);
  });

  it('names the tool, the version, the three ways and what failed, when none is left', async () => {
    const release = { url: 'http://127.0.0.1:1/program', checksumUrl: 'http://127.0.0.1:1/sum' };
    const message = await find({}, release).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).toContain('test-tool 1.5.1 is needed');
    expect(message).toContain('install test-tool >= 1.5.0 on PATH, or name it in DROVER_TOOL_TEST_TOOL');
    expect(message).toContain('download it from http://127.0.0.1:1/program');
    expect(message).toContain('install Go');
    expect(message).toContain('(download: http://127.0.0.1:1/sum cannot be read');
    expect(message).toContain('(go build: spawn go ENOENT)');
  });
});

describe('TOOLS', () => {
  it.each(Object.values(TOOLS))('$name has the name of its key and a version that fits itself', (entry) => {
    expect(TOOLS[entry.name]).toBe(entry);
    expect(entry.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it.each([
    ['temporal', 'temporal version 1.9.1 (Server 1.32.0, UI 2.50.0)', '1.9.1'],
    ['temporal', 'temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)', '0.0.0'],
    ['etcd', 'etcd Version: 3.6.5\nGit SHA: abc\nGo Version: go1.26.8', '3.6.5'],
    ['kube-apiserver', 'Kubernetes v1.36.3', '1.36.3'],
    ['kubectl', '{"clientVersion": {\n"gitVersion": "v1.32.4-custom",\n}, "kustomizeVersion": "v5.5.0"}', '1.32.4'],
  ] as const)('%s reads its version from its answer', (name, answer, expected) => {
    expect(TOOLS[name].askVersion.pattern.exec(answer)?.[1]).toBe(expected);
  });

  it('knows where Linux programs are released, and that servers are not released for macOS', () => {
    const linux = { os: 'linux', arch: 'arm64' };
    expect(TOOLS['kube-apiserver'].release(linux)).toEqual({
      url: 'https://dl.k8s.io/release/v1.36.3/bin/linux/arm64/kube-apiserver',
      checksumUrl: 'https://dl.k8s.io/release/v1.36.3/bin/linux/arm64/kube-apiserver.sha256',
    });
    expect(TOOLS.etcd.release(linux)?.member).toBe('etcd-v3.6.5-linux-arm64/etcd');
    const mac = { os: 'darwin', arch: 'arm64' };
    expect(Object.values(TOOLS).filter((entry) => entry.release(mac) !== undefined)).toEqual([
      TOOLS.temporal,
      TOOLS.kubectl,
    ]);
  });
});
