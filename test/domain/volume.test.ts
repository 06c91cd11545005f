import { describe, expect, it } from '@jest/globals';
import { retireWorkflowId, syncWorkflowId, volumeDirectory, type VolumeRef } from '../../domain/volume.js';

const UID = 'abcdef12-3456-7890-abcd-ef1234567890';

function ref(namespace: string, name: string): VolumeRef {
  return { kind: namespace === '' ? 'ClusterSharedVolume' : 'SharedVolume', namespace, name, uid: UID };
}

describe('names that are derived from a volume', () => {
  it('identify the life of the volume in Temporal', () => {
    expect(syncWorkflowId(ref('demo', 'site'))).toBe('sync/demo/site/abcdef12');
    expect(syncWorkflowId(ref('', 'site'))).toBe('sync/_cluster/site/abcdef12');
    expect(retireWorkflowId(ref('demo', 'site'))).toBe('retire/abcdef12');
  });

  it('give each volume a directory of its own, also where names run together', () => {
    const directories = [ref('a-b', 'c'), ref('a', 'b-c'), ref('a', 'b.c'), ref('', 'b-c'), ref('a', 'b-c.d')].map(
      volumeDirectory,
    );

    expect(new Set(directories).size).toBe(directories.length);
    expect(directories).toEqual(['a-b.c', 'a.b-c', 'a.b.c', '_cluster.b-c', 'a.b-c.d']);
  });

  it('cut a name that no file system would take', () => {
    const directory = volumeDirectory(ref('namespace', 'n'.repeat(253)));

    expect(directory).toHaveLength(200);
    expect(directory.endsWith('~abcdef12')).toBe(true);
  });
});
