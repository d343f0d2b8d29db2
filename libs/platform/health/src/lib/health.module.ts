import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller';
import { HealthDirectory } from './health-directory';

/** Serves `/health` and `/ready` from a directory; belongs into the one HTTP application of a process. */
@Module({})
export class HealthModule {
  static forDirectory(directory: HealthDirectory): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [{ provide: HealthDirectory, useValue: directory }],
    };
  }
}
