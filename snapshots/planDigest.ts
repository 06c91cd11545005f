import { createHash } from 'node:crypto';
import { readPublished } from './inventory.js';
import type { VolumeLayout } from './layout.js';

/**
 * Names the change from what is published now to `revision`: `sha256:` and hex digits. A revision decides its files, so
 * they need not be listed for it. The time of the last flip is part of it, so that an approval is used up by it: the same
 * change, back and forth, is another plan.
 */
export async function digestPlan(
  layout: VolumeLayout,
  uid: string,
  { revision, variant }: { readonly revision: string; readonly variant: string },
): Promise<string> {
  const from = await readPublished(layout);
  const plan = [uid, from?.name ?? null, from?.time ?? null, revision, variant];
  return `sha256:${createHash('sha256').update(JSON.stringify(plan)).digest('hex')}`;
}
