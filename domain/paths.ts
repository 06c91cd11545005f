/** Where paths of a source may lead. */

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Whether `path` is relative, without empty parts, `.`, `..` and control characters. */
export function isCleanPath(path: string): boolean {
  return !CONTROL.test(path) && !path.split('/').some((segment) => ['', '.', '..'].includes(segment));
}

/**
 * Whether a symbolic link at `path` with this target could lead out of the published tree. Leading `..` are counted
 * against the depth of the link. An absolute target leads out, and so may a `..` behind a name: that name can itself be
 * a link, so its parent is not what the text says.
 */
export function linkEscapes(path: string, target: string): boolean {
  if (target.startsWith('/')) return true;
  const segments = target.split('/').filter((segment) => segment !== '' && segment !== '.');
  const firstName = segments.findIndex((segment) => segment !== '..');
  const climbs = firstName === -1 ? segments.length : firstName;
  const depth = path.split('/').length - 1;
  return climbs > depth || segments.slice(climbs).includes('..');
}
