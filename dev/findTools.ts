import { findTool, type FindOptions } from './findTool.js';
import { TOOLS, type ToolName, type ToolPaths } from './tools.js';

/**
 * Finds every tool of the local stack and says where each came from. One after the other: builds share most of their
 * work through Go's cache, and two at a time would only compete for the processors.
 */
export async function findTools(options: FindOptions, signal?: AbortSignal): Promise<ToolPaths> {
  const paths: Partial<Record<ToolName, string>> = {};
  for (const tool of Object.values(TOOLS)) {
    const { path, origin } = await findTool(tool, options, signal);
    options.say(`${tool.name}: ${path} (${origin})`);
    paths[tool.name] = path;
  }
  return paths as ToolPaths;
}
