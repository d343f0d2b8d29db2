import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type { gateway } from '@trading/contracts';
import { ACCESS_TOKENS, requireOperator, requireServiceOrOperator, type AccessTokens } from '@trading/platform-grpc';
import { GatewayUseCases } from './gateway-service';

/** The gRPC door of a gateway. */
@Controller()
export class GatewayController {
  constructor(
    private readonly useCases: GatewayUseCases,
    @Inject(ACCESS_TOKENS) private readonly tokens: AccessTokens,
  ) {}

  @GrpcMethod('GatewayService', 'SubmitOrder')
  submitOrder(request: gateway.SubmitOrderRequest, metadata: Metadata): Promise<gateway.SubmitOrderResponse> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.submitOrder(request);
  }

  @GrpcMethod('GatewayService', 'ModifyOrder')
  modifyOrder(request: gateway.ModifyOrderRequest, metadata: Metadata): Promise<gateway.CommandAck> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.modifyOrder(request);
  }

  @GrpcMethod('GatewayService', 'CancelOrder')
  cancelOrder(request: gateway.CancelOrderRequest, metadata: Metadata): Promise<gateway.CommandAck> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.cancelOrder(request);
  }

  @GrpcMethod('GatewayService', 'QueryOrder')
  queryOrder(request: gateway.QueryOrderRequest, metadata: Metadata): Promise<gateway.QueryOrderResponse> {
    if (request.tombstone) requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.queryOrder(request);
  }

  @GrpcMethod('GatewayService', 'Fence')
  fence(request: gateway.FenceRequest, metadata: Metadata): Promise<gateway.FenceResponse> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.fence(request);
  }

  @GrpcMethod('GatewayService', 'EndSync')
  endSync(request: gateway.EndSyncRequest, metadata: Metadata): Promise<gateway.EndSyncResponse> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.endSync(request);
  }

  @GrpcMethod('GatewayService', 'ListHistory')
  listHistory(request: gateway.ListHistoryRequest): Promise<gateway.ListHistoryResponse> {
    return this.useCases.listHistory(request);
  }

  @GrpcMethod('GatewayService', 'GetSnapshot')
  getSnapshot(request: gateway.GetSnapshotRequest): Promise<gateway.Snapshot> {
    return this.useCases.getSnapshot(request);
  }

  @GrpcMethod('GatewayService', 'ListSymbols')
  listSymbols(request: gateway.ListSymbolsRequest): Promise<gateway.ListSymbolsResponse> {
    return this.useCases.listSymbols(request);
  }

  @GrpcMethod('GatewayService', 'GetHistory')
  getHistory(request: gateway.GetHistoryRequest): Promise<gateway.GetHistoryResponse> {
    return this.useCases.getHistory(request);
  }

  @GrpcMethod('GatewayService', 'ListSessions')
  listSessions(): Promise<gateway.ListSessionsResponse> {
    return this.useCases.listSessions();
  }

  /** A service may take freedom away, as when risk-manager is not there to do it; only an operator gives it. */
  @GrpcMethod('GatewayService', 'SetHalt')
  setHalt(request: gateway.SetHaltRequest, metadata: Metadata): Promise<gateway.SetHaltResponse> {
    if (request.halted) requireServiceOrOperator(metadata, this.tokens);
    else requireOperator(metadata, this.tokens);
    return this.useCases.setHalt(request);
  }

  @GrpcMethod('GatewayService', 'Flatten')
  flatten(request: gateway.FlattenRequest, metadata: Metadata): Promise<gateway.FlattenResponse> {
    requireOperator(metadata, this.tokens);
    return this.useCases.flatten(request);
  }
}
