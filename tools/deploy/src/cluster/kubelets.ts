import { setTimeout as pause } from 'node:timers/promises';
import type { Api } from './api';

/** A node: its zone, and the group that it belongs to. */
export interface NodeWish {
  readonly name: string;
  readonly zone: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly Named[];
    readonly initContainers?: readonly Named[];
  };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly { type: string; status: string }[] };
}
interface Named {
  readonly name: string;
  readonly image: string;
}

const HEARTBEAT_MS = 10_000;
const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * Plays the kubelets of a control plane: nodes are ready, pods that were bound to them run and are ready at once, pods of
 * jobs and tests succeed. An image that is called `invalid-tag` cannot be pulled. No container is ever started.
 */
export class Kubelets {
  private running = true;
  private beat = 0;
  private addresses = 1;
  private readonly loop: Promise<void>;

  private constructor(
    private readonly api: Api,
    private readonly nodes: readonly NodeWish[],
  ) {
    this.loop = this.work();
  }

  static async start(api: Api, nodes: readonly NodeWish[]): Promise<Kubelets> {
    for (const { name, zone, labels, taints = [] } of nodes) {
      const known = {
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': zone,
        'kubernetes.io/os': 'linux',
      };
      const node = {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels: { ...known, ...labels } },
        spec: { taints },
      };
      const { status, text } = await api.send('POST', '/api/v1/nodes', node);
      if (status !== 201) throw new Error(`Node ${name}: ${text}`);
    }
    return new Kubelets(api, nodes);
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.loop;
  }

  private async work(): Promise<void> {
    while (this.running) {
      try {
        await this.heartbeat();
        for (const pod of await this.api.list<Pod>('/api/v1/pods?fieldSelector=spec.nodeName!=')) await this.drive(pod);
      } catch {
        // The control plane is busy or going; the next round asks again.
      }
      await pause(200);
    }
  }

  private async heartbeat(): Promise<void> {
    if (Date.now() - this.beat < HEARTBEAT_MS) return;
    this.beat = Date.now();
    const space = { cpu: '16', memory: '64Gi', pods: '110', 'ephemeral-storage': '100Gi' };
    for (const { name } of this.nodes) {
      const ready = {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        lastHeartbeatTime: now(),
        lastTransitionTime: now(),
      };
      const status = { capacity: space, allocatable: space, conditions: [ready] };
      await this.api.send('PATCH', `/api/v1/nodes/${name}/status`, { status });
      const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
      const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: now().replace('Z', '.000000Z') };
      const renewed = await this.api.send('PATCH', `${leases}/${name}`, { spec });
      if (renewed.status === 404) {
        const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec };
        await this.api.send('POST', leases, lease);
      }
    }
  }

  private async drive({ metadata, spec, status }: Pod): Promise<void> {
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    if (metadata.deletionTimestamp !== undefined) {
      await this.api.send('DELETE', path, { gracePeriodSeconds: 0 });
      return;
    }
    const isReady = (status?.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True');
    if (isReady || status?.phase === 'Succeeded' || status?.phase === 'Failed') return;
    const fails = spec.containers.some(({ image }) => image.includes('invalid-tag'));
    const ends = metadata.name.endsWith('-test') || (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'Job');
    await this.api.send('PATCH', `${path}/status`, { status: this.statusOf(spec, fails, ends) });
  }

  private statusOf(spec: Pod['spec'], fails: boolean, ends: boolean): object {
    const ended = { terminated: { exitCode: 0, reason: 'Completed', finishedAt: now() } };
    const waits = { waiting: { reason: 'ImagePullBackOff', message: 'The image is not there.' } };
    const state = fails ? waits : ends ? ended : { running: { startedAt: now() } };
    const isReady = !fails && !ends;
    const of = ({ name, image }: Named, ready: boolean, own: object): object => ({
      name,
      image,
      imageID: image,
      ready,
      restartCount: 0,
      state: own,
    });
    const ip = `10.244.${this.addresses >> 8}.${this.addresses++ & 255}`;
    const condition = (type: string, holds: boolean): object => ({
      type,
      status: holds ? 'True' : 'False',
      lastTransitionTime: now(),
    });
    return {
      phase: fails ? 'Pending' : ends ? 'Succeeded' : 'Running',
      ...{ hostIP: '10.0.0.1', podIP: ip, podIPs: [{ ip }], startTime: now() },
      containerStatuses: spec.containers.map((container) => of(container, isReady, state)),
      initContainerStatuses: (spec.initContainers ?? []).map((container) => of(container, true, ended)),
      conditions: [
        condition('Initialized', true),
        condition('PodScheduled', true),
        condition('ContainersReady', isReady),
        condition('Ready', isReady),
      ],
    };
  }
}
