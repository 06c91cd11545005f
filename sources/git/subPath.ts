import { DroverError } from '../../domain/errors.js';

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The directory as git knows it: no slash at either end, empty for the root. `./docs/` and `/docs` are `docs`.
 * @throws `InvalidSpec` for `..` and control characters, naming the field.
 */
export function normalizeSubPath(subPath: string | undefined): string {
  const segments = (subPath ?? '').split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) throw new DroverError('InvalidSpec', 'source.git.subPath has ".." in it');
  const clean = segments.join('/');
  if (CONTROL.test(clean)) throw new DroverError('InvalidSpec', 'source.git.subPath has a control character');
  return clean;
}
