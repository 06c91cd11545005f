import { createPollActivities } from '../../activities/poll.js';
import type { MoverPorts } from '../../activities/ports.js';
import { MIN_INTERVAL_MS } from '../../domain/settings.js';
import { systemClock, type Clock } from '../../k8s/clock.js';
import type { VolumeObject } from '../../k8s/volume.js';
import { fakeReflector } from '../../test/k8s/fakeReflector.js';
import { reportLook } from '../../workers/mover/reportLook.js';
import { activityEnvironment } from './activityEnvironment.js';

/** Between two looks at the volume. */
const PAUSE_MS = 5;

/**
 * Lets the poller, as the mover runs it, look so many times at an unchanged volume. Only its clock is another one: it
 * runs so much faster that the shortest interval which a volume may ask for takes 5 ms.
 */
export async function pollMany(ports: MoverPorts, volume: VolumeObject, looks: number): Promise<void> {
  const environment = activityEnvironment();
  let left = looks;
  let failure: string | undefined;
  const end = (message?: string): void => {
    failure ??= message;
    environment.cancel();
  };
  const { pollSources } = createPollActivities({
    ...ports,
    createReflectors: () => [fakeReflector([volume])],
    requestSync: async () => end('the poller took the volume for changed'),
    reportLook: reportLook(ports.kube),
    observePoll: (result) => {
      if (result !== 'unchanged') end(`a look ended as ${result}`);
      if (--left === 0) end();
    },
    warn: (message, details) => end(`${message}: ${JSON.stringify(details)}`),
    clock: fasterClock(MIN_INTERVAL_MS / PAUSE_MS),
  });
  // It ends by being cancelled; whether it had done its work by then is looked at below.
  await environment.run(pollSources).catch((error: unknown) => {
    if (left > 0) throw error;
  });
  if (failure !== undefined) throw new Error(failure);
}

function fasterClock(factor: number): Clock {
  return {
    nowMs: () => systemClock.nowMs() * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
    random: systemClock.random,
  };
}
