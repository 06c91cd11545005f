import type { KubeClient } from './client.js';
import { isStatus } from './kubeError.js';
import type { KubeList, KubeObject } from './object.js';

export interface Listing<T> {
  /** Where a watch continues from. */
  readonly resourceVersion: string;
  readonly items: readonly T[];
}

/**
 * A whole collection, page by page. No resourceVersion is asked for, so the server answers from a quorum and never with
 * a state older than one seen before, which `resourceVersion=0` may do behind a load balancer.
 */
export async function listAll<T extends KubeObject>(
  client: KubeClient,
  path: string,
  pageSize: number,
  signal: AbortSignal,
): Promise<Listing<T>> {
  const items: T[] = [];
  let page: KubeList<T> = await client.list<T>(path, { limit: pageSize }, signal);
  items.push(...page.items);
  while (isGiven(page.metadata.continue)) {
    try {
      page = await client.list<T>(path, { limit: pageSize, continue: page.metadata.continue }, signal);
    } catch (error) {
      if (!isStatus(error, 410)) throw error;
      // Paging took longer than the server keeps old states; one large answer cannot expire.
      page = await client.list<T>(path, {}, signal);
      items.length = 0;
    }
    items.push(...page.items);
  }
  return { resourceVersion: page.metadata.resourceVersion ?? '', items };
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
