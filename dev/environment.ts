/**
 * What children may see of the user's environment. KUBECONFIG and TEMPORAL_* are not among it on purpose: in the shell
 * of a platform engineer they point at production.
 */
const PASSED = new Set([
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'XDG_CACHE_HOME',
  // What the network of this machine needs, for downloads and Go modules.
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
]);

/** Go's own settings: GOPATH, GOCACHE, GOFLAGS, GOPROXY, GOSUMDB and so on. */
const GO_SETTING = /^GO[A-Z]+$/;

/** The environment for every child of the local stack: an allow-list of `env` and then `extra`. */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && (PASSED.has(name) || GO_SETTING.test(name))) passed[name] = value;
  }
  return { ...passed, ...extra };
}
