import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { decision } from '@trading/contracts';
import { ACCESS_TOKENS, requireOperator, type AccessTokens } from '@trading/platform-grpc';
import { DecisionUseCases } from './decision-service';

/** The gRPC door of decision. */
@Controller()
export class DecisionController {
  constructor(
    private readonly useCases: DecisionUseCases,
    @Inject(ACCESS_TOKENS) private readonly tokens: AccessTokens,
  ) {}

  @GrpcMethod('DecisionService', 'ListStrategies')
  listStrategies(): Promise<decision.ListStrategiesResponse> {
    return this.useCases.listStrategies();
  }

  @GrpcMethod('DecisionService', 'EnableStrategy')
  enableStrategy(request: decision.EnableStrategyRequest, metadata: Metadata): Promise<decision.StrategyStatus> {
    requireOperator(metadata, this.tokens);
    return this.useCases.enableStrategy(request);
  }

  @GrpcMethod('DecisionService', 'DisableStrategy')
  disableStrategy(request: decision.DisableStrategyRequest, metadata: Metadata): Promise<decision.StrategyStatus> {
    requireOperator(metadata, this.tokens);
    return this.useCases.disableStrategy(request);
  }

  @GrpcMethod('DecisionService', 'Explain')
  explain(request: decision.ExplainRequest): Promise<decision.ExplainResponse> {
    return this.useCases.explain(request);
  }
}
