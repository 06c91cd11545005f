import { describe, expect, it } from '@jest/globals';
import { childEnvironment } from '../../dev/environment.js';

describe('childEnvironment', () => {
  it('passes what programs need to run and to build, and nothing that points at another cluster', () => {
    const env = {
      PATH: '/bin',
      HOME: '/home/somebody',
      GOPROXY: 'https://modules.example',
      GOFLAGS: '-buildvcs=false',
      UNSET: undefined,
      KUBECONFIG: '/home/somebody/production',
      TEMPORAL_ADDRESS: 'production:7233',
      GOOGLE_APPLICATION_CREDENTIALS: '/home/somebody/key.json',
      NODE_OPTIONS: '--inspect',
    };
    expect(childEnvironment(env, { EXTRA: '1' })).toEqual({
      PATH: '/bin',
      HOME: '/home/somebody',
      GOPROXY: 'https://modules.example',
      GOFLAGS: '-buildvcs=false',
      EXTRA: '1',
    });
  });
});
