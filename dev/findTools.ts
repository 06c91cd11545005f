import { findTool, type FindOptions } from './findTool.js';
import { TOOLS, type ToolName } from './tools.js';

/**
 * Finds tools and says where each came from. One after the other: builds share most of their work through Go's cache,
 * and two at a time would only compete for the processors.
 */
export async function findTools<Name extends ToolName>(
  names: readonly Name[],
  options: FindOptions,
  signal?: AbortSignal,
): Promise<Record<Name, string>> {
  const paths: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const { path, origin } = await findTool(TOOLS[name], options, signal);
    options.say(`${name}: ${path} (${origin})`);
    paths[name] = path;
  }
  return paths as Record<Name, string>;
}
