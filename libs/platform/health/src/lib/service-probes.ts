import type { HealthDirectory, Probe } from './health-directory';

/** Where one service registers its probes; injected, so that a service needs not know its name. */
export class ServiceProbes {
  constructor(
    private readonly directory: HealthDirectory,
    private readonly service: string,
  ) {}

  add(probe: Probe): void {
    this.directory.registerProbe(this.service, probe);
  }
}
