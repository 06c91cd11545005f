import { MAX_LISTED, type ListedChange, type Preview } from '../../../domain/preview.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import type { VolumeCommand } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { askPreview } from '../preview.js';
import { shortRevision } from '../print.js';
import { findVolume, nameOf } from '../session.js';

/** What a sync would add, change and delete now. Writes nothing. */
export const diff: VolumeCommand<{ readonly limit: string; readonly after?: string }> = async (
  session,
  name,
  { limit, after },
) => {
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1 || most > MAX_LISTED) {
    throw new CliError(`--limit "${limit}" is not a whole number from 1 to ${MAX_LISTED}`, EXIT.usage);
  }
  const volume = await findVolume(session, name);
  const preview = await askPreview(session, volume, { limit: most, after });
  return { json: preview, text: render(volume, preview) };
};

const SIGNS: Record<ListedChange['kind'], string> = { added: '+', changed: '~', deleted: '-' };

function render(volume: VolumeObject, preview: Preview): string {
  const { revision, plan, from, delta, bytesToDelete, veto, changes, isComplete } = preview;
  const name = nameOf(volume);
  if (plan === undefined) return `${name}: revision ${revision} is published already.`;
  const last = changes.at(-1);
  return [
    `${name}: ${from === undefined ? 'nothing' : shortRevision(from)} -> ${revision}`,
    ...changes.map(({ kind, path, bytes }) => `${SIGNS[kind]} ${path}  ${bytes}`),
    ...(isComplete || last === undefined ? [] : [`and more: --limit, or --after '${last.path}'`]),
    `${delta.added} added, ${delta.changed} changed, ${delta.deleted} deleted; ` +
      `${delta.bytesToWrite} bytes to write, ${bytesToDelete} to delete; ${delta.files} files with ${delta.bytes} bytes in the end`,
    ...(veto === undefined ? [] : [`Would be held: ${veto.reason}: ${veto.message}`]),
    `Plan ${plan}`,
    `To publish exactly this: drover apply ${name} --plan ${plan}`,
  ].join('\n');
}
