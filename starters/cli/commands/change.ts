import { randomUUID } from 'node:crypto';
import { ADOPT_ANNOTATION, SYNC_REQUESTED_ANNOTATION } from '../../../domain/names.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import type { VolumeCommand } from '../command.js';
import { findVolume, nameOf, patchVolume } from '../session.js';

/** Commands that change one thing of the resource; Drover follows. */
function change(describe: (name: string) => string, patchFor: (volume: VolumeObject) => object): VolumeCommand {
  return async (session, name) => {
    const volume = await findVolume(session, name);
    const patch = patchFor(volume);
    await patchVolume(session, volume, patch);
    return { json: patch, text: describe(nameOf(volume)) };
  };
}

export const pause = change(
  (name) => `${name} is paused: its source is not looked at, and a run stops after its current step`,
  () => ({ spec: { paused: true } }),
);

export const unpin = change(
  (name) => `${name} follows its source again`,
  () => ({ spec: { pin: null } }),
);

export const adopt = change(
  (name) => `${name} may take over the directory that it found; a sync is requested`,
  ({ metadata }) => ({
    metadata: {
      annotations: {
        // Bound to this life of the resource: a copy of the manifest adopts nothing.
        [ADOPT_ANNOTATION]: metadata.uid,
        [SYNC_REQUESTED_ANNOTATION]: randomUUID(),
      },
    },
  }),
);
