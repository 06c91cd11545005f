import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identifyProcess, isRunning, type ProcessIdentity } from '../../dev/processIdentity.js';
import { runCommand } from '../../dev/run.js';
import { startStack } from '../../dev/stack.js';
import type { Stack } from '../../dev/stackDescription.js';
import { parseTemporalSettings } from '../../dev/temporalSettings.js';
import type { ToolPaths } from '../../dev/tools.js';
import { testStack } from '../stack.js';

const PROCESSES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'temporal'];
const BOOT_TIMEOUT_MS = 120_000;

let stateDir: string;
let stack: Stack;

async function start(
  directory = stateDir,
  otherTools: Partial<ToolPaths> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Stack> {
  const temporal = parseTemporalSettings(await readFile('temporal-dev.yaml', 'utf8'));
  const tools = { ...testStack().tools, ...otherTools };
  // Ambient addresses of another cluster must not matter.
  const env = { ...process.env, KUBECONFIG: '/nowhere', TEMPORAL_ADDRESS: '192.0.2.1:7233' };
  return await startStack({ stateDir: directory, tools, temporal, env, say: () => undefined, ports: 'any' }, signal);
}

async function kubectl(...args: string[]): Promise<string> {
  return await runCommand(stack.tools.kubectl, ['--kubeconfig', stack.kubeconfig, ...args], { env: stack.env });
}

async function temporal(...args: string[]): Promise<string> {
  return await runCommand(stack.tools.temporal, [...args, '--address', stack.temporalAddress], { env: stack.env });
}

function identities(): ProcessIdentity[] {
  return PROCESSES.flatMap((name) => identifyProcess(stack.pid(name) ?? 0) ?? []);
}

async function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
  return await new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
}

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'drover-second-stack-'));
  stack = await start();
}, BOOT_TIMEOUT_MS);

afterAll(async () => {
  await stack.stop();
  await rm(stateDir, { recursive: true });
}, BOOT_TIMEOUT_MS);

describe('startStack', () => {
  it('runs beside another stack, each with addresses and data of its own', async () => {
    const other = testStack();
    for (const [name, address] of Object.entries(stack.addresses)) {
      expect(address).not.toBe(other.addresses[name]);
      expect(await accepts(address)).toBe(true);
    }
    await kubectl('create', 'namespace', 'only-here');
    const elsewhere = await runCommand(
      other.tools.kubectl,
      ['--kubeconfig', other.kubeconfig, 'get', 'namespaces', '-o', 'name'],
      { env: other.env },
    );
    expect(elsewhere).not.toContain('only-here');
  });

  it('refuses a state directory that is in use', async () => {
    await expect(start()).rejects.toThrow(`in use by process ${process.pid}`);
  });

  it('writes a kubeconfig for its owner only, with a verified certificate', async () => {
    expect((await stat(stack.kubeconfig)).mode & 0o777).toBe(0o600);
    expect(await readFile(stack.kubeconfig, 'utf8')).toContain('certificate-authority-data');
    expect(await kubectl('config', 'current-context')).toBe('drover-local\n');
    await expect(runCommand('cat', [join(stateDir, 'stack.json')], { env: stack.env })).resolves.toContain(
      `"ownerPid": ${process.pid}`,
    );
  });

  it('runs the controllers: a deleted namespace goes away, and owned objects go with their owner', async () => {
    await kubectl('create', 'namespace', 'short-lived');
    await kubectl('-n', 'short-lived', 'create', 'configmap', 'owner');
    const uid = await kubectl('-n', 'short-lived', 'get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}');
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    const owned = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', ownerReferences } };
    await runCommand(stack.tools.kubectl, ['--kubeconfig', stack.kubeconfig, '-n', 'short-lived', 'apply', '-f', '-'], {
      env: stack.env,
      input: JSON.stringify(owned),
    });
    await kubectl('-n', 'short-lived', 'delete', 'configmap', 'owner');
    await kubectl('-n', 'short-lived', 'wait', '--for=delete', 'configmap/owned', '--timeout=60s');
    await kubectl('delete', 'namespace', 'short-lived', '--timeout=60s');
    expect(await kubectl('get', 'namespaces', '-o', 'name')).not.toContain('short-lived');
  }, 150_000);

  it('sets Temporal up as its file says', async () => {
    const attributes = await temporal('operator', 'search-attribute', 'list', '--output', 'json');
    expect(attributes).toMatch(/DroverRevision/);
    const namespace = await temporal('operator', 'namespace', 'describe', '-n', 'default', '--output', 'json');
    expect(JSON.parse(namespace)).toMatchObject({ config: { workflowExecutionRetentionTtl: '2592000s' } });
  });

  it(
    'leaves no process and no port behind, and continues with its data',
    async () => {
      await kubectl('create', 'namespace', 'kept');
      const before = identities();
      expect(before).toHaveLength(PROCESSES.length);
      const { addresses } = stack;
      await stack.stop();
      expect(before.filter(isRunning)).toEqual([]);
      for (const address of Object.values(addresses)) expect(await accepts(address)).toBe(false);
      expect(await readdir(join(stateDir, 'run'))).toEqual([]);

      stack = await start();
      expect(stack.addresses).toEqual(addresses);
      expect(await kubectl('get', 'namespace', 'kept', '-o', 'name')).toBe('namespace/kept\n');
    },
    BOOT_TIMEOUT_MS,
  );

  it('starts a server again that died', async () => {
    const pid = stack.pid('kube-apiserver') ?? 0;
    process.kill(pid, 'SIGKILL');
    for (
      let tries = 0;
      stack.pid('kube-apiserver') === pid || !(await accepts(stack.addresses['kube-apiserver'] ?? ''));
    ) {
      if (++tries > 300) throw new Error('it did not come back');
      await sleep(100);
    }
    expect(stack.pid('kube-apiserver')).not.toBe(pid);
  }, 60_000);

  it(
    'shows the log of a server that dies at boot, and leaves nothing behind',
    async () => {
      const broken = await mkdtemp(join(tmpdir(), 'drover-broken-stack-'));
      const program = join(broken, 'broken-temporal');
      await writeFile(program, '#!/bin/sh\necho the database is of another version\nexit 1\n', { mode: 0o755 });
      await expect(start(broken, { temporal: program })).rejects.toThrow(
        /^temporal died \(exit code 1\) before it was ready\. The end of .*:\nthe database is of another version$/s,
      );
      expect(await readdir(join(broken, 'run'))).toEqual([]);
      expect(existsSync(join(broken, 'stack.json'))).toBe(false);
      await rm(broken, { recursive: true });
    },
    BOOT_TIMEOUT_MS,
  );

  it(
    'leaves nothing behind when its start is aborted',
    async () => {
      const aborted = await mkdtemp(join(tmpdir(), 'drover-aborted-stack-'));
      const reason = new Error('enough');
      const controller = new AbortController();
      const boot = start(aborted, {}, controller.signal);
      for (let tries = 0; tries < 100 && !existsSync(join(aborted, 'run', 'temporal.pid')); tries++) await sleep(20);
      controller.abort(reason);
      await expect(boot).rejects.toBe(reason);
      expect(await readdir(join(aborted, 'run'))).toEqual([]);
      await rm(aborted, { recursive: true });
    },
    BOOT_TIMEOUT_MS,
  );
});
