import { join } from 'node:path';
import { DroverError } from '../domain/errors.js';
import { listAll } from '../k8s/listAll.js';
import { volumesPath } from '../k8s/paths.js';
import type { VolumeObject } from '../k8s/volume.js';
import { EXPORT_MARKER, holdsVolumes, markExport, readExportName } from '../snapshots/exportMarker.js';
import type { MoverPorts } from './ports.js';

const PAGE_SIZE = 500;

/**
 * No data means no action: a mount point whose disk is not mounted is an empty directory, and must not be taken for the
 * export, be it to compare with it or to write into it. Reads only. Returns whether the export has its marker.
 * @throws `ExportUnreachable`
 */
export async function checkExport(ports: MoverPorts, signal: AbortSignal): Promise<boolean> {
  const { exportName, exportPath } = ports;
  const name = await readExportName(exportPath);
  if (name === exportName) return true;
  if (name !== undefined) {
    throw new DroverError('ExportUnreachable', `the disk at ${exportPath} is that of the export "${name}"`);
  }
  if (!(await holdsVolumes(exportPath)) && (await hasPublishedVolumes(ports, signal))) {
    const marker = join(exportPath, EXPORT_MARKER);
    throw new DroverError(
      'ExportUnreachable',
      `${exportPath} holds no volume, although volumes of the export "${exportName}" are published: its disk is ` +
        `probably not mounted. If the data is lost for good, create ${marker} with ${JSON.stringify({ name: exportName })}`,
    );
  }
  return false;
}

/** The same before the first write; marks an export that is new, or older than the marker. */
export async function requireExport(ports: MoverPorts, signal: AbortSignal): Promise<void> {
  if (!(await checkExport(ports, signal))) await markExport(ports.exportPath, ports.exportName);
}

async function hasPublishedVolumes({ kube, exportName }: MoverPorts, signal: AbortSignal): Promise<boolean> {
  for (const kind of ['SharedVolume', 'ClusterSharedVolume'] as const) {
    const { items } = await listAll<VolumeObject>(kube, volumesPath(kind), PAGE_SIZE, signal);
    const isHere = ({ status }: VolumeObject): boolean =>
      status?.published !== undefined && status.target?.export === exportName;
    if (items.some(isHere)) return true;
  }
  return false;
}
