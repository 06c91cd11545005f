import { stringify } from 'yaml';

/** The context of the local stack, named so that nobody mistakes it for another cluster. */
export const LOCAL_CONTEXT = 'drover-local';

export interface KubeconfigFacts {
  readonly server: string;
  /** PEM; what the server's certificate is verified against. */
  readonly certificateAuthority: string;
  readonly user: string;
  readonly token: string;
}

/** A kubeconfig with one context, as YAML. */
export function composeKubeconfig({ server, certificateAuthority, user, token }: KubeconfigFacts): string {
  const data = Buffer.from(certificateAuthority).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': LOCAL_CONTEXT,
    clusters: [{ name: LOCAL_CONTEXT, cluster: { server, 'certificate-authority-data': data } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: LOCAL_CONTEXT, context: { cluster: LOCAL_CONTEXT, user } }],
  });
}
