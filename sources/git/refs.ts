/** What `git ls-remote` says. */
export interface RemoteRef {
  /** `HEAD`, `refs/heads/x`, `refs/tags/x`, or with `^{}` behind it the commit that an annotated tag names. */
  readonly name: string;
  readonly id: string;
}

export function parseRemoteRefs(output: string): RemoteRef[] {
  const refs: RemoteRef[] = [];
  for (const line of output.split('\n')) {
    const [, id, name] = /^([0-9a-f]{40})\t(.+)$/.exec(line) ?? [];
    if (id !== undefined && name !== undefined) refs.push({ name, id });
  }
  return refs;
}

/**
 * Names under which `ref` is looked for, the first found wins: a branch before a tag (as `git clone --branch` does), and
 * for a tag the commit behind an annotated one before the tag itself.
 */
export function refCandidates(ref: string | undefined): string[] {
  if (ref === undefined || ref === 'HEAD') return ['HEAD'];
  if (ref.startsWith('refs/')) return [`${ref}^{}`, ref];
  return [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`];
}

/** The commit of `ref` among `refs`; undefined when none of its names is there. */
export function pickRevision(refs: readonly RemoteRef[], ref: string | undefined): string | undefined {
  const ids = new Map(refs.map(({ name, id }) => [name, id]));
  return refCandidates(ref)
    .map((candidate) => ids.get(candidate))
    .find((id) => id !== undefined);
}

/** Up to five branches and tags whose names are nearest to `ref`, nearest first; for the message about a wrong one. */
export function similarRefs(refs: readonly RemoteRef[], ref: string): string[] {
  const names = new Set<string>();
  for (const { name } of refs) {
    const [, short] = /^refs\/(?:heads|tags)\/(.+?)(?:\^\{\})?$/.exec(name) ?? [];
    if (short !== undefined) names.add(short);
  }
  return [...names]
    .map((name) => ({ name, distance: distance(name.toLowerCase(), ref.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 5)
    .map(({ name }) => name);
}

/** Levenshtein distance; a name that holds the other one is near, whatever their lengths. */
function distance(a: string, b: string): number {
  if (a.includes(b) || b.includes(a)) return 1;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
