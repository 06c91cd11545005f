/** The mover's own functions in a process of their own, so that what they use can be measured. Started by `startMover`. */
import { createMoverActivities } from '../../activities/mover.js';
import type { MoverPorts } from '../../activities/ports.js';
import type { SourceSettings } from '../../domain/settings.js';
import { volumePath } from '../../k8s/paths.js';
import { volumeRefOf } from '../../k8s/volume.js';
import { createSource } from '../../sources/registry.js';
import { createFakeKubeStore } from '../../test/k8s/fakeKubeStore.js';
import type { MoverAnswer, MoverCall, SyncOutcome } from './calls.js';
import { pollMany } from './pollMany.js';
import { syncOnce } from './syncOnce.js';

const [, , exportPath = '', privateRoot = ''] = process.argv;
process.umask(0o022);

const objects = new Map<string, unknown>();
const ports: MoverPorts = {
  exportName: 'local',
  exportPath,
  privateRoot,
  graceMs: 120_000,
  kube: createFakeKubeStore(objects).client,
  createSource: (settings: SourceSettings) =>
    createSource(settings, { allowFileUrls: false, allowLoopback: true, environment: process.env }),
  // Nobody else moves these volumes.
  confirmTry: () => Promise.resolve(),
};
const durable = createMoverActivities(ports);
const unsynced = createMoverActivities({ ...ports, publishHooks: { makeDurable: () => Promise.resolve() } });

async function answer(call: MoverCall): Promise<SyncOutcome | undefined> {
  if (call.kind === 'put') {
    objects.set(call.path, call.object);
    return undefined;
  }
  const volume = volumeRefOf(call.volume);
  objects.set(volumePath(volume), call.volume);
  if (call.kind === 'sync') return syncOnce(call.isDurable ? durable : unsynced, volume);
  await pollMany(ports, call.volume, call.looks);
  return undefined;
}

process.on('message', (call: MoverCall) => {
  answer(call).then(
    (result) => send({ ok: true, result }),
    (error: unknown) => send({ ok: false, message: error instanceof Error ? (error.stack ?? '') : String(error) }),
  );
});

function send(message: MoverAnswer): void {
  process.send?.(message);
}
