import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkExport, requireExport } from '../../activities/export.js';
import type { SharedVolumeStatus } from '../../domain/generated/sharedVolume.js';
import { createMoverSetup, gitVolume, VOLUME_PATH, type MoverSetup } from './fakes.js';

const { signal } = new AbortController();

const PUBLISHED: SharedVolumeStatus = {
  target: { export: 'local', path: 'demo.site/data' },
  published: {
    revision: '1'.repeat(40),
    digest: 'sha256:0',
    snapshot: 's',
    time: '2026-01-01T00:00:00Z',
    files: 1,
    bytes: 1,
  },
};

let setup: MoverSetup;
let marker: string;
beforeEach(async () => {
  setup = await createMoverSetup();
  marker = join(setup.ports.exportPath, '.drover-export');
});
afterEach(() => setup.remove());

function publish(status: SharedVolumeStatus = PUBLISHED): void {
  setup.objects.set(VOLUME_PATH, gitVolume({}, {}, status));
}

describe('an export without a marker', () => {
  it('is new while nothing is published on it, and is marked before the first write', async () => {
    publish({});

    expect(await checkExport(setup.ports, signal)).toBe(false);
    expect(await readdir(setup.ports.exportPath)).toEqual([]);
    await requireExport(setup.ports, signal);

    expect(JSON.parse(await readFile(marker, 'utf8'))).toEqual({ name: 'local' });
    expect(await checkExport(setup.ports, signal)).toBe(true);
  });

  it('is older than the marker when it holds volumes', async () => {
    publish();
    await mkdir(join(setup.ports.exportPath, 'demo.other'));
    await writeFile(join(setup.ports.exportPath, 'demo.other', 'marker.json'), '{"uid":"x"}');

    await requireExport(setup.ports, signal);

    expect(await checkExport(setup.ports, signal)).toBe(true);
  });

  it('is not there when volumes of it are published: nothing is written', async () => {
    publish();
    await mkdir(join(setup.ports.exportPath, 'lost+found'));
    await writeFile(join(setup.ports.exportPath, 'README'), 'mount the disk here');

    await expect(requireExport(setup.ports, signal)).rejects.toMatchObject({
      reason: 'ExportUnreachable',
      message: expect.stringContaining(`create ${marker} with {"name":"local"}`),
    });
    expect(await readdir(setup.ports.exportPath)).toEqual(['README', 'lost+found']);
  });

  it('does not mind what is published on another export', async () => {
    publish({ ...PUBLISHED, target: { export: 'fast', path: 'demo.site/data' } });

    await requireExport(setup.ports, signal);

    expect(await checkExport(setup.ports, signal)).toBe(true);
  });
});

it('the disk of another export is refused', async () => {
  await writeFile(marker, '{"name":"fast"}');

  await expect(requireExport(setup.ports, signal)).rejects.toMatchObject({ reason: 'ExportUnreachable' });
});

it('a missing directory is refused', async () => {
  await rm(setup.ports.exportPath, { recursive: true });

  await expect(checkExport(setup.ports, signal)).rejects.toMatchObject({ reason: 'ExportUnreachable' });
});
