import { isGrpcServiceError, type Client } from '@temporalio/client';
import { DroverError } from '../../domain/errors.js';

/** The code of gRPC. */
const NOT_FOUND = 5;

/** Asks Temporal whether a try of a step still counts: it takes a heartbeat only from the try that does. */
export function confirmTry(client: Client): (taskToken: Uint8Array) => Promise<void> {
  const { namespace, identity } = client.options;
  return async (taskToken) => {
    try {
      await client.workflowService.recordActivityTaskHeartbeat({ namespace, identity, taskToken });
    } catch (error) {
      const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
      if (code !== NOT_FOUND) throw error;
      throw new DroverError('Fenced', 'the step was given to another mover', { cause: error });
    }
  };
}
