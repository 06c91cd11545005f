import { lookAtSource } from '../../activities/look.js';
import { createPollActivities } from '../../activities/poll.js';
import type { MoverPorts } from '../../activities/ports.js';
import type { VolumeObject } from '../../k8s/volume.js';
import { fakeReflector } from '../../test/k8s/fakeReflector.js';
import { reportLook } from '../../workers/mover/reportLook.js';
import { activityEnvironment } from './activityEnvironment.js';
import { createIdleClock } from './idleClock.js';

/**
 * Lets the poller, as the mover runs it, look so many times at an unchanged volume. Only its clock is another one, which
 * does not wait for the time between two looks to pass.
 */
export async function pollMany(ports: MoverPorts, volume: VolumeObject, looks: number): Promise<void> {
  const environment = activityEnvironment();
  const clock = createIdleClock();
  let left = looks;
  let failure: string | undefined;
  const end = (message?: string): void => {
    failure ??= message;
    environment.cancel();
  };
  const { pollSources } = createPollActivities(
    {
      ...ports,
      createReflectors: () => [fakeReflector([volume])],
      requestSync: async () => end('the poller took the volume for changed'),
      reportLook: reportLook(ports.kube),
      observePoll: (result) => {
        if (result !== 'unchanged') end(`a look ended as ${result}`);
        if (--left === 0) end();
      },
      warn: (message, details) => end(`${message}: ${JSON.stringify(details)}`),
      now: () => new Date(),
      clock,
    },
    (...look) => clock.whileBusy(() => lookAtSource(...look)),
  );
  // It ends by being cancelled; whether it had done its work by then is looked at below.
  await environment.run(pollSources).catch((error: unknown) => {
    if (left > 0 && failure === undefined) throw error;
  });
  if (failure !== undefined) throw new Error(failure);
}
