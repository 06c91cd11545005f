import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { downloadRelease } from '../../dev/download.js';
import { runCommand } from '../../dev/run.js';

const env = { PATH: process.env['PATH'] ?? '' };
const PROGRAM = '#!/bin/sh\necho it works\n';
const PATIENCE = { responseTimeoutMs: 300, idleTimeoutMs: 300 };

let directory: string;
let server: Server;
let page: string;
let routes: Record<string, RequestListener>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-download-'));
  routes = {};
  server = createServer((request, response) => {
    const route = routes[request.url ?? ''];
    if (route === undefined) response.writeHead(404).end();
    else route(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  page = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

function serve(path: string, body: string | Buffer): void {
  routes[path] = (_request, response) => response.end(body);
}

function sha256(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

async function download(member?: string): Promise<void> {
  const release = { url: `${page}/program`, checksumUrl: `${page}/sums`, ...(member !== undefined && { member }) };
  await downloadRelease(release, join(directory, 'cache', 'program'), { env, patience: PATIENCE });
}

/** Nothing may be left of a download that failed. */
async function expectNothingLeft(): Promise<void> {
  expect(await readdir(join(directory, 'cache'))).toEqual([]);
}

describe('downloadRelease', () => {
  it('puts the checked program in place, executable, and leaves nothing else', async () => {
    serve('/program', PROGRAM);
    serve('/sums', `${sha256(PROGRAM)}\n`);
    await download();
    expect(await readdir(join(directory, 'cache'))).toEqual(['program']);
    expect((await stat(join(directory, 'cache', 'program'))).mode & 0o777).toBe(0o755);
    expect(await runCommand(join(directory, 'cache', 'program'), [], { env })).toBe('it works\n');
  });

  it('follows redirects', async () => {
    routes['/program'] = (_request, response) => response.writeHead(302, { location: `${page}/elsewhere` }).end();
    serve('/elsewhere', PROGRAM);
    serve('/sums', sha256(PROGRAM));
    await download();
    expect(await readFile(join(directory, 'cache', 'program'), 'utf8')).toBe(PROGRAM);
  });

  it('takes one member out of an archive', async () => {
    await writeFile(join(directory, 'tool'), PROGRAM);
    await writeFile(join(directory, 'README'), 'not wanted');
    await runCommand('tar', ['-czf', 'archive.tar.gz', 'README', 'tool'], { env, cwd: directory });
    const archive = await readFile(join(directory, 'archive.tar.gz'));
    serve('/program', archive);
    serve('/sums', `${'0'.repeat(64)}  another\n${sha256(archive)}  program\n`);
    await download('tool');
    expect(await readdir(join(directory, 'cache'))).toEqual(['program']);
    expect(await readFile(join(directory, 'cache', 'program'), 'utf8')).toBe(PROGRAM);
  });

  it('refuses a file that differs from its published checksum', async () => {
    serve('/program', `${PROGRAM}# and more`);
    serve('/sums', sha256(PROGRAM));
    await expect(download()).rejects.toThrow(`but ${sha256(PROGRAM)} is published`);
    await expectNothingLeft();
  });

  it('refuses a release without a checksum of the file', async () => {
    serve('/program', PROGRAM);
    serve('/sums', `${sha256(PROGRAM)}  something-else\n`);
    await expect(download()).rejects.toThrow('has no SHA-256 of program');
    await expectNothingLeft();
  });

  it('notices a truncated file', async () => {
    routes['/program'] = (_request, response) => {
      response.writeHead(200, { 'content-length': PROGRAM.length }).write(PROGRAM.slice(0, 5));
      setImmediate(() => response.destroy());
    };
    serve('/sums', sha256(PROGRAM));
    await expect(download()).rejects.toThrow(`${page}/program`);
    await expectNothingLeft();
  });

  it('gives up on a server that does not answer', async () => {
    routes['/sums'] = () => undefined;
    await expect(download()).rejects.toThrow(`${page}/sums sent nothing for 300 ms`);
    await expectNothingLeft();
  });

  it('gives up on a server that stops sending', async () => {
    serve('/sums', sha256(PROGRAM));
    routes['/program'] = (_request, response) => void response.writeHead(200).write(PROGRAM.slice(0, 5));
    await expect(download()).rejects.toThrow(`${page}/program sent nothing for 300 ms`);
    await expectNothingLeft();
  });

  it('waits as long as something comes', async () => {
    serve('/sums', sha256(PROGRAM));
    routes['/program'] = (_request, response) => {
      response.writeHead(200);
      const pieces = PROGRAM.split('');
      const timer = setInterval(() => {
        const piece = pieces.shift();
        if (piece === undefined) {
          clearInterval(timer);
          response.end();
        } else response.write(piece);
      }, 20);
    };
    await download();
    expect(await readFile(join(directory, 'cache', 'program'), 'utf8')).toBe(PROGRAM);
  });

  it('names the address when a page is missing or the server is unreachable', async () => {
    await expect(download()).rejects.toThrow(`${page}/sums cannot be read: the answer is 404`);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(download()).rejects.toThrow(`${page}/sums cannot be read: connect ECONNREFUSED`);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await expectNothingLeft();
  });
});
