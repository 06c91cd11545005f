import { createHash } from 'node:crypto';
import { parentOf } from './repositoryPath.js';

/** Blob ids of `.gitattributes` files by their directory, from the root of the repository (the directory ''). */
export type AttributeFiles = ReadonlyMap<string, string>;

/**
 * Answers for a directory with a short digest over every `.gitattributes` file that applies in it, undefined when there
 * is none. It is part of an entry's id: attributes change what is written for a blob without changing the blob.
 */
export function attributeDigests(files: AttributeFiles): (directory: string) => string | undefined {
  const chains = new Map<string, string>();

  function chainOf(directory: string): string {
    const known = chains.get(directory);
    if (known !== undefined) return known;
    const own = files.get(directory);
    const above = directory === '' ? '' : chainOf(parentOf(directory));
    const chain = own === undefined ? above : `${above}${directory}\0${own}\0`;
    chains.set(directory, chain);
    return chain;
  }

  const digests = new Map<string, string>();
  return (directory) => {
    const chain = chainOf(directory);
    if (chain === '') return undefined;
    const digest = digests.get(chain) ?? createHash('sha256').update(chain).digest('hex').slice(0, 12);
    digests.set(chain, digest);
    return digest;
  };
}
