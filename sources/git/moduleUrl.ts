/** Whether the URL of a submodule is meant from the URL of the repository that names it. */
export function isRelativeUrl(url: string): boolean {
  return url.startsWith('./') || url.startsWith('../');
}

/**
 * Resolves a relative URL of a submodule as git does (`relative_url` in its remote.c): each `../` takes the last part off
 * the parent's URL, up to the last slash, or the colon of `host:path` when there is no slash left. What comes out may be
 * malformed or lead elsewhere, so it must be checked.
 */
export function resolveModuleUrl(parentUrl: string, url: string): string {
  let base = parentUrl.replace(/\/$/, '');
  let rest = url;
  let separator = '/';
  for (;;) {
    if (rest.startsWith('./')) {
      rest = rest.slice(2);
    } else if (rest.startsWith('../')) {
      rest = rest.slice(3);
      const slash = base.lastIndexOf('/');
      if (slash === -1) separator = ':';
      base = base.slice(0, Math.max(0, slash === -1 ? base.lastIndexOf(':') : slash));
    } else {
      return `${base}${separator}${rest.replace(/\/$/, '')}`;
    }
  }
}
