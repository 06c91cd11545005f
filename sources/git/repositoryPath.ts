/** Paths inside a repository: `/` between segments, none at either end; '' is the root. */

/** The directory above; '' for the top level. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `directory` and everything above it, from the root: '', 'a', 'a/b'. */
export function directoriesDownTo(directory: string): string[] {
  return directory === '' ? [''] : [...directoriesDownTo(parentOf(directory)), directory];
}

export function join(directory: string, path: string): string {
  return directory === '' || path === '' ? `${directory}${path}` : `${directory}/${path}`;
}

/** Whether `path` is `directory` or lies below it. */
export function contains(directory: string, path: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

/** `path` as it is called inside `directory`, which contains it. */
export function within(directory: string, path: string): string {
  return directory === '' ? path : path.slice(directory.length + 1);
}
