import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

let activities = 0;

/** An activity's context without a worker. Each is another one, so that each step takes the volume over anew. */
export function activityEnvironment(): MockActivityEnvironment {
  return new MockActivityEnvironment({ activityId: String(++activities) }, { logger: new DefaultLogger('WARN') });
}
