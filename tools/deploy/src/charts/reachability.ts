import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from './helm';
import { podLabelsOf, podOf } from './pods';

/** One allowed way: `from` may open a connection to `to` at a TCP port. */
export type Way = string;

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
}
interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { protocol?: string; port: number }[];
}
interface Pods {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Whether a selector means pods with these labels; an empty one means all. */
export function selects(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  const byLabel = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    byLabel &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'Exists') return value !== undefined;
      throw new Error(`Selector with ${operator}: not known here.`);
    })
  );
}

/**
 * All ways between the pods of one namespace that its NetworkPolicies leave: `caller -> called:port`, over TCP. A way is open
 * only if the policies of both sides let it; pods that no policy selects are open, as in Kubernetes.
 */
export function waysInside(objects: readonly KubeObject[]): ReadonlySet<Way> {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
  const pods = objects
    .filter((object) => podOf(object) !== undefined)
    .map((object): Pods => ({ name: object.metadata.name, labels: podLabelsOf(object) }));
  const ports = new Set(
    policies.flatMap((policy) => rulesOf(policy).flatMap(({ ports: list = [] }) => list.map((p) => p.port))),
  );
  const ways = new Set<Way>();
  for (const caller of pods) {
    for (const called of pods) {
      if (isDeepStrictEqual(caller, called)) continue;
      for (const port of ports) {
        if (lets(policies, 'Egress', caller, called, port) && lets(policies, 'Ingress', called, caller, port)) {
          ways.add(`${caller.name} -> ${called.name}:${port}`);
        }
      }
    }
  }
  return ways;
}

/** Ways out of the namespace, and into it, of the pods of an object: `cidr:port`, `namespace:port`. */
export function waysOutside(
  objects: readonly KubeObject[],
  object: KubeObject,
  direction: Direction,
): ReadonlySet<string> {
  const labels = podLabelsOf(object);
  const ways = new Set<string>();
  for (const policy of objects.filter(({ kind }) => kind === 'NetworkPolicy')) {
    if (!selects(policy.spec?.podSelector as Selector, labels)) continue;
    for (const rule of rulesOf(policy, direction)) {
      for (const peer of peersOf(rule, direction)) {
        for (const { port, protocol } of rule.ports ?? []) {
          if (protocol === 'UDP') continue;
          if (peer.ipBlock !== undefined) ways.add(`${peer.ipBlock.cidr}:${port}`);
          else if (peer.namespaceSelector !== undefined) {
            ways.add(`${Object.values(peer.namespaceSelector.matchLabels ?? {}).join()}:${port}`);
          }
        }
      }
    }
  }
  return ways;
}

type Direction = 'Ingress' | 'Egress';

const rulesOf = (policy: KubeObject, direction?: Direction): readonly Rule[] => {
  const { ingress = [], egress = [] } = policy.spec as { ingress?: Rule[]; egress?: Rule[] };
  return direction === undefined ? [...ingress, ...egress] : direction === 'Ingress' ? ingress : egress;
};

const peersOf = (rule: Rule, direction: Direction): readonly Peer[] =>
  (direction === 'Ingress' ? rule.from : rule.to) ?? [];

function lets(policies: readonly KubeObject[], direction: Direction, own: Pods, other: Pods, port: number): boolean {
  const mine = policies.filter(
    ({ spec }) => spec?.policyTypes?.includes(direction) === true && selects(spec.podSelector as Selector, own.labels),
  );
  if (mine.length === 0) return true;
  return mine.some((policy) =>
    rulesOf(policy, direction).some((rule) => {
      const peers = direction === 'Ingress' ? rule.from : rule.to;
      const toPeer =
        peers === undefined ||
        peers.some(
          ({ podSelector, namespaceSelector }) =>
            namespaceSelector === undefined && podSelector !== undefined && selects(podSelector, other.labels),
        );
      const atPort =
        rule.ports === undefined || rule.ports.some((each) => each.protocol !== 'UDP' && each.port === port);
      return toPeer && atPort;
    }),
  );
}
