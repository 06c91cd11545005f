import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanary, findCanary } from '../doubles/canary.js';
import { gitProcessesIn, seenProcesses } from '../doubles/git/processes.js';
import { createRepository } from '../doubles/git/repository.js';
import { startSmartHttp, type SmartHttpServer } from '../doubles/git/smartHttp.js';
import { testStack } from '../stack.js';
import { isReady, isStalled, startEnvironment, until, type Environment } from './environment.js';

jest.setTimeout(180_000);

/** The name of repository, volumes and files. It may be found everywhere: that shows that a search finds something. */
const MARKER = 'birdcage';
const USER = 'reader';

const right = createCanary('right');
const wrong = createCanary('wrong');

let environment: Environment;
let server: SmartHttpServer;
let stalling: SmartHttpServer;
let sampling: NodeJS.Timeout;
beforeAll(async () => {
  environment = await startEnvironment();
  sampling = setInterval(sampleProcesses, 20);
  const served = join(environment.dir, 'served');
  createRepository(served, `${MARKER}.git`).commit({ [`${MARKER}.txt`]: MARKER, 'big.bin': randomBytes(2_000_000) });
  server = await startSmartHttp(served, { user: USER, password: right.value });
  stalling = await startSmartHttp(served, { user: USER, password: right.value, stallAfterBytes: 300_000 });
  await environment.createSecret('right', { token: right.value });
  await environment.createSecret('wrong', { token: wrong.value });
});
afterAll(async () => {
  clearInterval(sampling);
  await environment.close();
  await Promise.all([server.close(), stalling.close()]);
});

function createVolume(name: string, url: string, secret: string): Promise<unknown> {
  const git = { url: `${url}/${MARKER}.git`, user: USER, passwordFromSecret: { name: secret, key: 'token' } };
  return environment.createVolume(name, { source: { git } });
}

/** What was seen of processes since the beginning of the file. */
const processesSeen = new Set<string>();

function sampleProcesses(): void {
  for (const { commandLine, environment: variables } of seenProcesses())
    processesSeen.add(`${commandLine}\n${variables}`);
}

function contentsBelow(dir: string): Buffer {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Buffer.concat(
    files.flatMap(({ parentPath, name }) => {
      const path = join(parentPath, name);
      // Files of a running git come and go.
      return existsSync(path) ? [Buffer.from(path), readFileSync(path)] : [];
    }),
  );
}

/** Every history of this file's volumes as text, with all payloads decoded. */
async function decodedHistories(): Promise<string> {
  const found: string[] = [];
  for await (const { workflowId, runId } of environment.temporal.workflow.list()) {
    if (!workflowId.includes(environment.namespace)) continue;
    const history = await environment.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    found.push(textOf(history));
  }
  return found.join('\n');
}

/** All texts in `value`, with the bytes of payloads as the text that they are. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(textOf).join('\n');
}

/** The last heartbeats of steps that are under way. */
async function heartbeats(name: string): Promise<string> {
  const volume = await environment.volume(name);
  const workflowId = `sync/${environment.namespace}/${name}/${volume?.metadata.uid?.slice(0, 8)}`;
  const { raw } = await environment.temporal.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? [])
    .flatMap(({ heartbeatDetails, activityType }) => [
      activityType?.name ?? '',
      ...(heartbeatDetails?.payloads ?? []).map((payload) => Buffer.from(payload.data ?? []).toString()),
    ])
    .join('\n');
}

function temporalDatabase(): Buffer {
  const dir = join(testStack().stateDir, 'temporal');
  return Buffer.concat(readdirSync(dir).map((name) => readFileSync(join(dir, name))));
}

async function metrics(): Promise<string> {
  const addresses = Object.entries(environment.drover.addresses).filter(([name]) => name.endsWith('metrics'));
  const scrapes = await Promise.all(addresses.map(([, url]) => fetch(url).then((response) => response.text())));
  return scrapes.join('\n');
}

it('a password that works and one that does not are found nowhere', async () => {
  await createVolume(`${MARKER}-hanging`, stalling.url, 'right');
  await createVolume(`${MARKER}-wrong`, server.url, 'wrong');
  await createVolume(`${MARKER}-right`, server.url, 'right');

  // In the middle of a fetch, when git holds the password and its repository is on disk.
  const hanging = environment.directory(`${MARKER}-hanging`);
  await until(() => existsSync(hanging) && gitProcessesIn(hanging).some((line) => line.includes('index-pack')));
  await until(async () => (await heartbeats(`${MARKER}-hanging`)).includes('step'));
  const beats = await heartbeats(`${MARKER}-hanging`);
  const whileFetching = contentsBelow(hanging);
  const stalled = await environment.untilVolume(`${MARKER}-wrong`, isStalled('AuthFailed'));
  const ready = await environment.untilVolume(`${MARKER}-right`, isReady);
  await environment.cli('abort', `${environment.namespace}/${MARKER}-hanging`);
  await environment.untilVolume(`${MARKER}-hanging`, ({ status }) => status?.lastSync?.result === 'Aborted');

  const traces = {
    'decoded payloads': await decodedHistories(),
    'the database of Temporal with its log': temporalDatabase(),
    'logs of Drover': environment.drover.logs(),
    events: JSON.stringify(
      await environment.kube.list(`/apis/events.k8s.io/v1/namespaces/${environment.namespace}/events`),
    ),
    status: JSON.stringify([stalled.status, ready.status]),
    'what people see': environment.drover.kubectl('describe', 'sharedvolume', '-n', environment.namespace),
    'command lines and environments of processes': [...processesSeen].join('\n'),
    'directory of a volume': contentsBelow(environment.directory(`${MARKER}-right`)),
    'directory of a volume during a fetch': whileFetching,
    metrics: await metrics(),
  };
  const withoutMarker = Object.entries(traces).filter(([, trace]) => !trace.includes(MARKER));
  expect(withoutMarker.map(([name]) => name)).toEqual([]);
  const serverLogs = contentsBelow(join(testStack().stateDir, 'logs'));
  expect(serverLogs.length).toBeGreaterThan(1000);
  expect(beats).toContain('step');
  expect(whileFetching.includes('bare = true')).toBe(true);

  const all = { ...traces, heartbeats: beats, 'logs of the servers': serverLogs };
  for (const canary of [right, wrong]) expect(findCanary(canary, all)).toEqual([]);
});

it('would be found in each of its forms', () => {
  const { value } = right;
  const traces = {
    raw: `x ${value} y`,
    'basic auth': Buffer.from(`${USER}:${value}`).toString('base64'),
    'of a Secret': Buffer.from(value).toString('base64'),
    'after one byte': Buffer.from(`x${value}yz`).toString('base64url'),
    'in an address': `https://${USER}:${encodeURIComponent(value)}@host`,
    'in a form': new URLSearchParams({ value }).toString(),
    'in JSON': JSON.stringify({ value }),
    nowhere: 'nothing',
  };

  expect(findCanary(right, traces)).toEqual(Object.keys(traces).filter((name) => name !== 'nowhere'));
});
