import type { KubeObject } from './helm';

/** A pod's specification, as far as checks look into it. */
export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly resources?: { readonly requests?: object; readonly limits?: object };
  readonly ports?: readonly { readonly hostPort?: number; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** The pod that an object is or makes. */
export function podOf(object: KubeObject): PodSpec | undefined {
  if (object.kind === 'Pod') return object.spec as unknown as PodSpec;
  if (object.kind === 'CronJob') return object.spec?.jobTemplate?.spec.template?.spec as PodSpec | undefined;
  return object.spec?.template?.spec as PodSpec | undefined;
}

/** Labels of the pods that an object makes. */
export function podLabelsOf(object: KubeObject): Readonly<Record<string, string>> {
  if (object.kind === 'Pod') return object.metadata.labels ?? {};
  return object.spec?.template?.metadata?.labels ?? {};
}

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/**
 * What of a pod breaks the profile `restricted` of the Pod Security Standards, or what we ask beyond it: a read-only root,
 * limits, volumes that end, no token, an image by digest.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podProblems(pod: PodSpec, needsDigest: boolean): readonly string[] {
  const problems: string[] = [];
  const ask = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  ask(pod.hostNetwork !== true && pod.hostPID !== true && pod.hostIPC !== true, 'it shares namespaces of the host');
  ask(pod.securityContext?.['runAsNonRoot'] === true, 'runAsNonRoot is not true');
  ask(pod.securityContext?.['runAsUser'] === 10_001, 'runAsUser is not 10001');
  const profile = pod.securityContext?.['seccompProfile'] as { type?: string } | undefined;
  ask(profile?.type === 'RuntimeDefault', 'the seccomp profile is not that of the runtime');
  ask(pod.automountServiceAccountToken === false, 'a token of the cluster is mounted');
  for (const volume of pod.volumes ?? []) {
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? '';
    ask(VOLUMES.includes(kind), `volume ${String(volume['name'])} is of the kind ${kind}`);
    const limit = (volume['emptyDir'] as { sizeLimit?: string } | undefined)?.sizeLimit;
    ask(kind !== 'emptyDir' || limit !== undefined, `volume ${String(volume['name'])} has no limit`);
  }
  for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
    for (const problem of containerProblems(container, needsDigest)) problems.push(`${container.name}: ${problem}`);
  }
  return problems;
}

function containerProblems(container: Container, needsDigest: boolean): readonly string[] {
  const security = container.securityContext ?? {};
  const capabilities = security['capabilities'] as { drop?: string[]; add?: string[] } | undefined;
  const checks: readonly (readonly [boolean, string])[] = [
    [security['allowPrivilegeEscalation'] === false, 'privilege escalation is allowed'],
    [security['readOnlyRootFilesystem'] === true, 'the root can be written'],
    [security['privileged'] !== true, 'it is privileged'],
    [capabilities?.drop?.includes('ALL') === true && capabilities.add === undefined, 'capabilities are kept'],
    [container.resources?.requests !== undefined && container.resources.limits !== undefined, 'it has no limits'],
    [(container.ports ?? []).every(({ hostPort }) => hostPort === undefined), 'it takes a port of the host'],
    [!needsDigest || /@sha256:[0-9a-f]{64}$/.test(container.image), 'the image has no digest'],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}
