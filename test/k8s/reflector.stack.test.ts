import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../k8s/client.js';
import type { KubeObject } from '../../k8s/object.js';
import { createReflector, type ReflectorOptions } from '../../k8s/reflector.js';
import { testStack } from '../stack.js';
import { connectStack, createNamespace, eventually } from './cluster.js';
import { createCuttingProxy, type CuttingProxy } from './cuttingProxy.js';

const direct = connectStack();
const directory = mkdtempSync(join(tmpdir(), 'reflector-'));
let namespace = '';
let path = '';
let proxy: CuttingProxy;
let stop = new AbortController();
let done = Promise.resolve();

beforeAll(async () => {
  const { hostname, port } = new URL(direct.server);
  proxy = await createCuttingProxy(hostname, Number(port));
  const through = readFileSync(testStack().kubeconfig, 'utf8').replaceAll(`:${port}`, `:${proxy.port}`);
  writeFileSync(join(directory, 'kubeconfig'), through);
  namespace = await createNamespace(direct);
  path = `/api/v1/namespaces/${namespace}/configmaps`;
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await done;
});

afterAll(async () => {
  await proxy.close();
  rmSync(directory, { recursive: true });
  await direct.delete(`/api/v1/namespaces/${namespace}`);
});

async function put(name: string): Promise<void> {
  await direct.create(path, { metadata: { name } });
}

function start(options: ReflectorOptions = {}) {
  const logged: string[] = [];
  const client = connect({ kubeconfig: join(directory, 'kubeconfig') });
  const reflector = createReflector<KubeObject>(client, path, {
    backoff: { baseMs: 10, maxMs: 100 },
    log: (message) => logged.push(message),
    ...options,
  });
  stop = new AbortController();
  done = reflector.run(stop.signal);
  return { reflector, logged, has: (name: string) => reflector.get(`${namespace}/${name}`) !== undefined };
}

describe('a reflector of the real API server', () => {
  it('reads several pages and follows additions, changes and deletions', async () => {
    for (const name of ['page-1', 'page-2', 'page-3', 'page-4', 'page-5']) await put(name);
    const { reflector, has } = start({ pageSize: 2 });
    await reflector.waitForSync(stop.signal);
    expect(['page-1', 'page-2', 'page-3', 'page-4', 'page-5'].every(has)).toBe(true);
    await put('later');
    await eventually(() => has('later'));
    await direct.patch(`${path}/later`, { data: { key: 'value' } }, { type: 'merge' });
    await eventually(() => (reflector.get(`${namespace}/later`) as { data?: object } | undefined)?.data !== undefined);
    await direct.delete(`${path}/later`);
    await eventually(() => !has('later'));
  });

  it('misses nothing when its connection is cut', async () => {
    const { reflector, logged, has } = start();
    await reflector.waitForSync(stop.signal);
    for (let round = 0; round < 5; round++) {
      proxy.cut();
      await put(`cut-${round}`);
      await eventually(() => has(`cut-${round}`));
    }
    expect(logged.join()).not.toContain('listing anew');
  });

  it('notices a connection that is open but dead', async () => {
    // Longer than the HTTP library keeps an idle connection: the list must not take one of those, which are dead too.
    const { reflector, logged, has } = start({ stallMs: 5_500 });
    await reflector.waitForSync(stop.signal);
    await put('before');
    await eventually(() => has('before'));
    proxy.silence();
    await put('unheard');
    await eventually(() => has('unheard'));
    expect(logged.join()).toContain('was silent');
  }, 30_000);
});
