import { findCondition } from '../../../domain/conditions.js';
import { volumesInPath, volumesPath } from '../../../k8s/paths.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import type { Io, Outcome } from '../command.js';
import { age, shortRevision, table } from '../print.js';
import { findVolume, nameOf, type Session } from '../session.js';

const HEADER = ['VOLUME', 'READY', 'PHASE', 'REVISION', 'PUBLISHED', 'CHECKED', 'LAST SYNC'];

/** All volumes, those of one namespace, or one by name. */
export async function get(
  session: Session,
  name: string | undefined,
  { namespace }: { readonly namespace?: string },
  { now }: Io,
): Promise<Outcome> {
  const volumes = name === undefined ? await listVolumes(session, namespace) : [await findVolume(session, name)];
  const rows = volumes.map((volume) => row(volume, now()));
  const text = volumes.length === 0 ? 'No volumes found.' : table(HEADER, rows);
  return { json: name === undefined ? volumes : volumes[0], text };
}

/** @param namespace all namespaces and the cluster kind when absent */
export async function listVolumes({ kube, signal }: Session, namespace: string | undefined): Promise<VolumeObject[]> {
  // Somebody who may read one namespace only must be able to list it.
  const paths =
    namespace === undefined
      ? [volumesPath('SharedVolume'), volumesPath('ClusterSharedVolume')]
      : [volumesInPath(namespace)];
  const lists = await Promise.all(paths.map((path) => kube.list<VolumeObject>(path, {}, signal)));
  return lists.flatMap(({ items }) => items);
}

function row(volume: VolumeObject, now: Date): string[] {
  const { conditions, phase = 'Pending', published, lastCheckTime, lastSync } = volume.status ?? {};
  return [
    nameOf(volume),
    findCondition(conditions, 'Ready')?.status ?? 'Unknown',
    phase,
    shortRevision(published?.revision),
    published === undefined ? '-' : age(published.time, now),
    lastCheckTime === undefined ? '-' : age(lastCheckTime, now),
    lastSync === undefined ? '-' : [lastSync.result, lastSync.reason].filter((text) => text !== undefined).join(': '),
  ];
}
