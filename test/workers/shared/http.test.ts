import { afterEach, describe, expect, it } from '@jest/globals';
import { serveHealth, type Check } from '../../../workers/shared/health.js';
import { serve, type HttpServer } from '../../../workers/shared/http.js';
import { createRegistry, pollMetrics, serveMetrics } from '../../../workers/shared/metrics.js';
import { freePort } from '../../doubles/git/freePort.js';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

type Address = { readonly host: string; readonly port: number };

/** Starts a server on a free port of this machine, and returns its address. */
async function open(start: (address: Address) => Promise<HttpServer>): Promise<string> {
  const address = { host: '127.0.0.1', port: await freePort() };
  servers.push(await start(address));
  return `http://${address.host}:${address.port}`;
}

const text = (body: string) => async () => ({ status: 200, contentType: 'text/plain', body });

describe('serve', () => {
  it('answers its paths and nothing else', async () => {
    const url = await open((address) => serve(address, { '/a': text('hello') }));

    expect(await (await fetch(`${url}/a?b=c`)).text()).toBe('hello');
    expect((await fetch(`${url}/other`)).status).toBe(404);
    expect((await fetch(`${url}/a`, { method: 'POST' })).status).toBe(404);
  });

  it('survives a route that fails', async () => {
    const fail = () => Promise.reject(new Error('no'));
    const url = await open((address) => serve(address, { '/bad': fail, '/good': text('hello') }));

    await expect(fetch(`${url}/bad`)).rejects.toThrow();
    expect((await fetch(`${url}/good`)).status).toBe(200);
  });

  it('rejects when the address is taken', async () => {
    const url = new URL(await open((address) => serve(address, {})));

    await expect(serve({ host: url.hostname, port: Number(url.port) }, {})).rejects.toThrow('EADDRINUSE');
  });
});

describe('health', () => {
  const checks: Record<string, Check> = {};
  afterEach(() => Object.keys(checks).forEach((name) => delete checks[name]));
  const openHealth = () => open((address) => serveHealth(address, checks));

  it('is alive whatever is missing', async () => {
    checks['temporal'] = () => Promise.reject(new Error('away'));

    expect((await fetch(`${await openHealth()}/healthz`)).status).toBe(200);
  });

  it('is ready when every dependency answers, also one that was added later', async () => {
    const url = await openHealth();
    checks['kubernetes'] = async () => undefined;
    const ready = await fetch(`${url}/readyz`);

    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, missing: {} }]);
  });

  it('names what is missing, and why', async () => {
    checks['kubernetes'] = async () => undefined;
    checks['temporal'] = () => Promise.reject(new Error('127.0.0.1:7233 does not answer'));
    checks['export'] = () => {
      throw new Error('no such directory');
    };
    const ready = await fetch(`${await openHealth()}/readyz`);

    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, missing: { temporal: '127.0.0.1:7233 does not answer', export: 'no such directory' } },
    ]);
  });

  it('takes a dependency that does not answer for missing', async () => {
    checks['temporal'] = () => new Promise(() => undefined);
    const url = await open((address) => serveHealth(address, checks, 20));

    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({
      missing: { temporal: 'no answer within 0.02 s' },
    });
  });
});

describe('metrics', () => {
  it('are ours and those of the SDK, in one scrape', async () => {
    const registry = createRegistry('mover');
    pollMetrics(registry)('changed', 20);
    const sdk = await open((address) => serve(address, { '/metrics': text('temporal_requests_total 5\n') }));
    const url = await open((address) => serveMetrics(address, registry, `${sdk}/metrics`));
    const scraped = await (await fetch(`${url}/metrics`)).text();

    expect(scraped).toContain('drover_polls_total{result="changed",process="mover"} 1\n');
    expect(scraped).toContain('drover_poll_lateness_seconds_sum{process="mover"} 0.02\n');
    expect(scraped).toContain('temporal_requests_total 5\n');
  });

  it.each<[string, string]>([
    ['refuses', '/other'],
    ['does not listen', ''],
  ])('are ours when the SDK %s', async (_name, path) => {
    const sdk = path === '' ? `http://127.0.0.1:${await freePort()}` : await open((address) => serve(address, {}));
    const registry = createRegistry('mover');
    const url = await open((address) => serveMetrics(address, registry, sdk + path));
    const scraped = await (await fetch(`${url}/metrics`)).text();

    expect(scraped).toContain('process_cpu_seconds_total');
    expect(scraped).toMatch(/^# The metrics of Temporal's SDK are missing: .+$/m);
  });
});
