import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseCluster } from '../../../starters/cli/cluster.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-cluster-'));
  writeFileSync(join(folder, 'mine.yaml'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

function addStack(): void {
  const stack = { kubeconfig: '/stack/kubeconfig', temporalAddress: '127.0.0.1:7555', temporalNamespace: 'default' };
  mkdirSync(join(folder, '.drover'));
  writeFileSync(join(folder, '.drover/stack.json'), JSON.stringify(stack));
}

describe('chooseCluster', () => {
  it('takes flags first', () => {
    addStack();

    const cluster = chooseCluster({ kubeconfig: '/a', temporal: 'b:1' }, folder, {
      KUBECONFIG: join(folder, 'mine.yaml'),
    });

    expect(cluster).toMatchObject({ kubeconfig: '/a', temporalAddress: 'b:1', origin: '--kubeconfig' });
  });

  it('prefers a local stack, here or above, to what the shell points at', () => {
    addStack();
    const below = join(folder, 'deep/down');
    mkdirSync(below, { recursive: true });
    const env = { KUBECONFIG: join(folder, 'mine.yaml'), TEMPORAL_ADDRESS: 'production:7233' };

    expect(chooseCluster({}, below, env)).toMatchObject({
      kubeconfig: '/stack/kubeconfig',
      temporalAddress: '127.0.0.1:7555',
      origin: `local stack ${join(folder, '.drover')}`,
    });
  });

  it('takes KUBECONFIG where there is no local stack', () => {
    const env = { KUBECONFIG: join(folder, 'mine.yaml'), TEMPORAL_ADDRESS: 'temporal:7233' };

    expect(chooseCluster({}, folder, env)).toMatchObject({
      kubeconfig: join(folder, 'mine.yaml'),
      temporalAddress: 'temporal:7233',
      origin: 'KUBECONFIG',
    });
  });

  it('looks into the user’s own kubeconfig for a context that is named', () => {
    addStack();

    const cluster = chooseCluster({ context: 'staging' }, folder, { KUBECONFIG: join(folder, 'mine.yaml') });

    expect(cluster).toMatchObject({ kubeconfig: join(folder, 'mine.yaml'), context: 'staging' });
  });

  it('says what to do when there is no cluster', () => {
    expect(() => chooseCluster({}, folder, { HOME: folder })).toThrow(/npm start.*--kubeconfig.*KUBECONFIG/);
  });
});
