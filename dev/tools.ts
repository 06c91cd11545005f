import type { GoBuild, Platform, Release, Tool } from './tool.js';

const TEMPORAL_VERSION = '1.5.1';
const ETCD_VERSION = '3.6.5';
const KUBERNETES_VERSION = '1.36.3';
const KUBERNETES_MINIMUM = '1.34.0';

/**
 * Every program that the local stack needs, at its pinned version.
 * Temporal's CLI stays at 1.5: later ones need a module that is published nowhere, so they cannot be built with Go.
 */
export const TOOLS = {
  temporal: {
    name: 'temporal',
    version: TEMPORAL_VERSION,
    minimumVersion: TEMPORAL_VERSION,
    askVersion: { args: ['--version'], pattern: /^temporal version (\d+\.\d+\.\d+)/m },
    release: ({ os, arch }) => {
      const page = `https://github.com/temporalio/cli/releases/download/v${TEMPORAL_VERSION}`;
      const url = `${page}/temporal_cli_${TEMPORAL_VERSION}_${os}_${arch}.tar.gz`;
      return { url, checksumUrl: `${page}/checksums.txt`, member: 'temporal' };
    },
    goBuild: {
      module: 'github.com/temporalio/cli',
      moduleVersion: `v${TEMPORAL_VERSION}`,
      package: 'github.com/temporalio/cli/cmd/temporal',
      linkedValues: { 'github.com/temporalio/cli/temporalcli.Version': TEMPORAL_VERSION },
    },
  },
  etcd: {
    name: 'etcd',
    version: ETCD_VERSION,
    minimumVersion: '3.5.0',
    askVersion: { args: ['--version'], pattern: /^etcd Version: (\d+\.\d+\.\d+)/m },
    release: ({ os, arch }) => {
      // Other systems get a zip archive, for which there is no unpacker that every system has.
      if (os !== 'linux') return undefined;
      const page = `https://github.com/etcd-io/etcd/releases/download/v${ETCD_VERSION}`;
      const folder = `etcd-v${ETCD_VERSION}-${os}-${arch}`;
      return { url: `${page}/${folder}.tar.gz`, checksumUrl: `${page}/SHA256SUMS`, member: `${folder}/etcd` };
    },
    goBuild: {
      module: 'go.etcd.io/etcd/server/v3',
      moduleVersion: `v${ETCD_VERSION}`,
      package: 'go.etcd.io/etcd/server/v3',
    },
  },
  'kube-apiserver': kubernetesServer('kube-apiserver'),
  'kube-controller-manager': kubernetesServer('kube-controller-manager'),
  kubectl: {
    name: 'kubectl',
    version: KUBERNETES_VERSION,
    minimumVersion: KUBERNETES_MINIMUM,
    askVersion: { args: ['version', '--client', '--output=json'], pattern: /"gitVersion": "v(\d+\.\d+\.\d+)/ },
    release: (platform) => kubernetesRelease('kubectl', platform),
    goBuild: kubernetesBuild('kubectl'),
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

/** All of them. */
export const TOOL_NAMES = Object.keys(TOOLS) as readonly ToolName[];

/** What is needed to use a stack that runs elsewhere. */
export const CLIENT_TOOLS = ['temporal', 'kubectl'] as const satisfies readonly ToolName[];

/** Paths of all tools. */
export type ToolPaths = Readonly<Record<ToolName, string>>;

export type ClientPaths = Pick<ToolPaths, (typeof CLIENT_TOOLS)[number]>;

function kubernetesServer<Name extends string>(name: Name): Tool & { readonly name: Name } {
  return {
    name,
    version: KUBERNETES_VERSION,
    minimumVersion: KUBERNETES_MINIMUM,
    askVersion: { args: ['--version'], pattern: /^Kubernetes v(\d+\.\d+\.\d+)/m },
    // Servers are published for Linux only.
    release: (platform) => (platform.os === 'linux' ? kubernetesRelease(name, platform) : undefined),
    goBuild: kubernetesBuild(name),
  };
}

function kubernetesRelease(name: string, { os, arch }: Platform): Release {
  const url = `https://dl.k8s.io/release/v${KUBERNETES_VERSION}/bin/${os}/${arch}/${name}`;
  return { url, checksumUrl: `${url}.sha256` };
}

function kubernetesBuild(name: string): GoBuild {
  const [major = '', minor = '', patch = ''] = KUBERNETES_VERSION.split('.');
  return {
    module: 'k8s.io/kubernetes',
    moduleVersion: `v${KUBERNETES_VERSION}`,
    package: `k8s.io/kubernetes/cmd/${name}`,
    // Without its version a server cannot be parsed by kubectl.
    linkedValues: {
      'k8s.io/component-base/version.gitVersion': `v${KUBERNETES_VERSION}`,
      'k8s.io/component-base/version.gitMajor': major,
      'k8s.io/component-base/version.gitMinor': minor,
    },
    stagingVersion: `v0.${minor}.${patch}`,
  };
}
