/** A question about a dependency. */
export interface Probe {
  /** What is asked about, such as `database`. */
  readonly name: string;
  /** `ready`: no call can be answered without it. `degraded`: some can; it is reported, and traffic goes on. */
  readonly kind: 'ready' | 'degraded';
  /** Throws (or rejects with) the reason when something is wrong. */
  check(): Promise<void> | void;
}

export interface ServiceHealth {
  readonly service: string;
  readonly isReady: boolean;
  /** Why it is not ready: probe → reason. */
  readonly failed: Readonly<Record<string, string>>;
  /** What works only in part: probe → reason. */
  readonly degraded: Readonly<Record<string, string>>;
}

export interface HealthDirectoryOptions {
  /** A probe that has not answered by then has failed, in milliseconds. */
  readonly probeTimeoutMs?: number;
}

/** The services of this process and their probes. */
export class HealthDirectory {
  private readonly probes = new Map<string, Probe[]>();
  private isStopping = false;
  private readonly probeTimeoutMs: number;

  constructor({ probeTimeoutMs = 2000 }: HealthDirectoryOptions = {}) {
    this.probeTimeoutMs = probeTimeoutMs;
  }

  get services(): string[] {
    return [...this.probes.keys()];
  }

  get isShuttingDown(): boolean {
    return this.isStopping;
  }

  /** Makes a service known; without probes it is ready as soon as it runs. */
  registerService(service: string): void {
    if (!this.probes.has(service)) {
      this.probes.set(service, []);
    }
  }

  /** Adds a probe; a second one of the same name replaces the first. */
  registerProbe(service: string, probe: Probe): void {
    const others = (this.probes.get(service) ?? []).filter(({ name }) => name !== probe.name);
    this.probes.set(service, [...others, probe]);
  }

  /** From now on nothing is ready, whatever the probes say. */
  beginShutdown(): void {
    this.isStopping = true;
  }

  /** Asks all probes of a service at once; undefined for a service that does not run here. */
  async check(service: string): Promise<ServiceHealth | undefined> {
    const probes = this.probes.get(service);
    if (probes === undefined) {
      return undefined;
    }
    const failed: Record<string, string> = {};
    const degraded: Record<string, string> = {};
    if (this.isStopping) {
      failed['shutdown'] = 'shutting down';
    } else {
      await Promise.all(
        probes.map(async (probe) => {
          const reason = await this.ask(probe);
          if (reason !== undefined) {
            (probe.kind === 'ready' ? failed : degraded)[probe.name] = reason;
          }
        }),
      );
    }
    return { service, isReady: Object.keys(failed).length === 0, failed, degraded };
  }

  /** Whether a service runs here and is ready. */
  async isReady(service: string): Promise<boolean> {
    return (await this.check(service))?.isReady ?? false;
  }

  async checkAll(): Promise<ServiceHealth[]> {
    const all = await Promise.all(this.services.map((service) => this.check(service)));
    return all.filter((health) => health !== undefined);
  }

  private async ask(probe: Probe): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.probeTimeoutMs} ms`)), this.probeTimeoutMs);
    });
    try {
      await Promise.race([Promise.resolve().then(() => probe.check()), timeout]);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
