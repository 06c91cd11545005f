/** The content of a tree, as a list that is sorted by path. */

export type EntryMode = 'file' | 'executable' | 'link';

/** One file or symbolic link. Directories are not listed: they exist because something is in them. */
export interface ManifestEntry {
  /** Relative, clean, with `/` between segments. */
  readonly path: string;
  readonly mode: EntryMode;
  /** Bytes at the source (for Git, of the blob; attributes may change what is written). */
  readonly size: number;
  /** Content identity: two entries with the same id and mode have the same bytes once written. */
  readonly id: string;
  /** The source converts the content as it writes it (Git attributes), so the written size may differ from `size`. */
  readonly converted?: true;
}

/**
 * Order of paths: by their UTF-8 bytes, which is also Git's and S3's order. JavaScript's `<` compares UTF-16 units and
 * differs where surrogates meet U+E000 to U+FFFF.
 */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Moves surrogates (which encode code points above U+FFFF) behind the rest of the basic plane. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
