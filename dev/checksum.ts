const SHA256 = /^[0-9a-f]{64}$/;

/**
 * The SHA-256 of `fileName` in a published checksum file: either the bare digest, or lines of a digest and a name as
 * `sha256sum` writes them (with `*` before the name in binary mode). Undefined when it is not there.
 */
export function findChecksum(published: string, fileName: string): string | undefined {
  for (const line of published.split('\n')) {
    const [digest = '', name] = line.trim().toLowerCase() === '' ? [] : line.trim().split(/\s+/);
    if (!SHA256.test(digest.toLowerCase())) continue;
    if (name === undefined || name.replace(/^\*/, '') === fileName) return digest.toLowerCase();
  }
  return undefined;
}
