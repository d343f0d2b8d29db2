import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { common, type risk } from '@trading/contracts';
import { ACCESS_TOKENS, requireOperator, requireServiceOrOperator, type AccessTokens } from '@trading/platform-grpc';
import type { Observable } from 'rxjs';
import { RiskUseCases } from './risk-service';

/** The gRPC door of risk-manager. */
@Controller()
export class RiskController {
  constructor(
    private readonly useCases: RiskUseCases,
    @Inject(ACCESS_TOKENS) private readonly tokens: AccessTokens,
  ) {}

  @GrpcMethod('RiskManagerService', 'CheckOrder')
  checkOrder(request: risk.CheckOrderRequest, metadata: Metadata): Promise<risk.CheckOrderResponse> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.checkOrder(request);
  }

  @GrpcMethod('RiskManagerService', 'ReleaseReservations')
  releaseReservations(
    request: risk.ReleaseReservationsRequest,
    metadata: Metadata,
  ): Promise<risk.ReleaseReservationsResponse> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.releaseReservations(request);
  }

  @GrpcMethod('RiskManagerService', 'GetLimits')
  getLimits(request: risk.GetLimitsRequest): Promise<risk.Limits> {
    return this.useCases.getLimits(request);
  }

  @GrpcMethod('RiskManagerService', 'SetLimits')
  setLimits(request: risk.SetLimitsRequest, metadata: Metadata): Promise<risk.Limits> {
    requireOperator(metadata, this.tokens);
    return this.useCases.setLimits(request);
  }

  @GrpcMethod('RiskManagerService', 'GetTradingState')
  getTradingState(request: risk.GetTradingStateRequest): Promise<risk.GetTradingStateResponse> {
    return this.useCases.getTradingState(request);
  }

  /** A service may take freedom away; only an operator gives it. */
  @GrpcMethod('RiskManagerService', 'SetTradingState')
  setTradingState(request: risk.SetTradingStateRequest, metadata: Metadata): Promise<risk.GetTradingStateResponse> {
    const caller =
      request.state === common.TradingState.HALTED
        ? requireServiceOrOperator(metadata, this.tokens)
        : requireOperator(metadata, this.tokens);
    return this.useCases.setTradingState(request, caller);
  }

  @GrpcMethod('RiskManagerService', 'GetAccountRisk')
  getAccountRisk(request: risk.GetAccountRiskRequest): Promise<risk.AccountRisk> {
    return this.useCases.getAccountRisk(request);
  }

  @GrpcMethod('RiskManagerService', 'ListAudit')
  listAudit(request: risk.ListAuditRequest): Promise<risk.ListAuditResponse> {
    return this.useCases.listAudit(request);
  }

  @GrpcMethod('RiskManagerService', 'StreamRiskEvents')
  streamRiskEvents(request: risk.StreamRiskEventsRequest): Observable<risk.RiskEvent> {
    return this.useCases.streamRiskEvents(request);
  }
}
