import { execFile } from 'node:child_process';
import { stringify } from 'yaml';
import { HelmRefused, helmWords, type Render } from '../charts/helm';
import { needTool } from '../toolbox/toolbox';
import { ControlPlane, until } from './control-plane';
import { Kubelets, type NodeWish } from './kubelets';

const ZONES = ['zone-a', 'zone-b', 'zone-c'];

/** Nodes as production has them: three zones, and the groups with their labels and taints. */
export const NODES: readonly NodeWish[] = ZONES.flatMap((zone): NodeWish[] => [
  { name: `general-${zone}`, zone, labels: { WorkloadType: 'general' } },
  {
    name: `ml-${zone}`,
    zone,
    labels: { WorkloadType: 'ml' },
    taints: [{ key: 'ml-workload', value: 'true', effect: 'NoSchedule' }],
  },
  { name: `high-memory-${zone}`, zone, labels: { WorkloadType: 'high-memory' } },
]);

/** A control plane with nodes, and helm against it. */
export class Cluster {
  private constructor(
    readonly plane: ControlPlane,
    private readonly kubelets: Kubelets,
  ) {}

  static async start(nodes: readonly NodeWish[] = NODES): Promise<Cluster> {
    const plane = await ControlPlane.start();
    try {
      return new Cluster(plane, await Kubelets.start(plane.api, nodes));
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.kubelets.stop();
    await this.plane.stop();
  }

  /** Applies objects. Throws what the API server said. */
  apply(text: string, ...words: readonly string[]): void {
    const { ok, out } = this.plane.kubectl(['apply', '--server-side', ...words, '-f', '-'], text);
    if (!ok) throw new Error(out);
  }

  /** Runs helm as the pipeline does, and waits. Throws `HelmRefused`. */
  async install(what: Render, ...words: readonly string[]): Promise<string> {
    const own = ['upgrade', '--install', what.release, ...helmWords(what)];
    const flags = ['--rollback-on-failure', '--wait', '--timeout', '90s', ...words];
    return this.helm([...own, ...flags], what.values === undefined ? '' : stringify(what.values));
  }

  /** Runs helm in a process of its own, while the nodes go on. Throws `HelmRefused`. */
  helm(words: readonly string[], input = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(needTool('helm'), words, { env: this.plane.env() }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new HelmRefused(stderr.trim() || error.message));
      });
      child.stdin?.end(input);
    });
  }

  /** Waits for what the nodes bring about. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    await until('the cluster is as expected', holds, 60_000);
  }

  /** Pods of a namespace with where they are. */
  async pods(namespace: string): Promise<readonly PodView[]> {
    return this.plane.api.list<PodView>(`/api/v1/namespaces/${namespace}/pods`);
  }
}

/** A pod, as far as tests look at it. */
export interface PodView {
  readonly metadata: { readonly name: string; readonly uid: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
  readonly status: { readonly phase: string };
}
