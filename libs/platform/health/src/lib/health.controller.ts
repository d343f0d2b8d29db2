import { Controller, Get, NotFoundException, Param, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { HealthDirectory, type ServiceHealth } from './health-directory';

/** `status`, `info`, `error` and `details` are terminus' own; `degraded` names what works in part, by service. */
type Answer = Record<string, unknown> & { readonly degraded: readonly string[] };

/** Alive and ready, for probes of Kubernetes, for `trade status` and for people. */
@Controller()
export class HealthController {
  constructor(
    private readonly directory: HealthDirectory,
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
  ) {}

  /** 200 as long as the process can answer at all; says nothing of dependencies, so that they restart nobody. */
  @Get('health')
  alive(): { status: 'ok'; services: string[] } {
    return { status: 'ok', services: this.directory.services };
  }

  /** 200 when every service of this process is ready, else 503, with the reasons by service. */
  @Get('ready')
  async ready(): Promise<Answer> {
    return this.answer(await this.directory.checkAll());
  }

  @Get('ready/:service')
  async readyOne(@Param('service') service: string): Promise<Answer> {
    const health = await this.directory.check(service);
    if (health === undefined) {
      throw new NotFoundException(`The service ${service} does not run in this process.`);
    }
    return this.answer([health]);
  }

  private async answer(services: readonly ServiceHealth[]): Promise<Answer> {
    const degraded = services.flatMap((health) =>
      Object.entries(health.degraded).map(([probe, reason]) => `${health.service} ${probe}: ${reason}`),
    );
    try {
      const result = await this.terminus.check(services.map((health) => () => this.indicate(health)));
      return { ...result, degraded };
    } catch (error) {
      if (error instanceof ServiceUnavailableException) {
        throw new ServiceUnavailableException({ ...(error.getResponse() as object), degraded });
      }
      throw error;
    }
  }

  private indicate(health: ServiceHealth): HealthIndicatorResult {
    const indicator = this.indicators.check(health.service);
    const facts = { failed: health.failed, degraded: health.degraded };
    return health.isReady ? indicator.up(facts) : indicator.down(facts);
  }
}
