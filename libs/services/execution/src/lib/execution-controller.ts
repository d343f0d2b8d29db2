import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { common, type execution } from '@trading/contracts';
import { ACCESS_TOKENS, requireOperator, requireServiceOrOperator, type AccessTokens } from '@trading/platform-grpc';
import type { Observable } from 'rxjs';
import { ExecutionUseCases } from './execution-service';
import { FORWARDED, type IncomingCall } from './forwarding';

/** The gRPC door of execution. */
@Controller()
export class ExecutionController {
  constructor(
    private readonly useCases: ExecutionUseCases,
    @Inject(ACCESS_TOKENS) private readonly tokens: AccessTokens,
  ) {}

  /** Strategies' orders come from services only, operators' from operators only. */
  @GrpcMethod('ExecutionService', 'SubmitOrder')
  submitOrder(request: execution.SubmitOrderRequest, metadata: Metadata): Promise<execution.SubmitOrderResponse> {
    if (request.order?.origin === common.Origin.OPERATOR) requireOperator(metadata, this.tokens);
    else requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.submitOrder(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'ModifyOrder')
  modifyOrder(request: execution.ModifyOrderRequest, metadata: Metadata): Promise<execution.SubmitOrderResponse> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.modifyOrder(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'CancelOrder')
  cancelOrder(request: execution.CancelOrderRequest, metadata: Metadata): Promise<execution.SubmitOrderResponse> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.cancelOrder(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'Flatten')
  flatten(request: execution.FlattenRequest, metadata: Metadata): Promise<execution.FlattenResponse> {
    requireOperator(metadata, this.tokens);
    return this.useCases.flatten(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'ModifyPosition')
  modifyPosition(
    request: execution.ModifyPositionRequest,
    metadata: Metadata,
  ): Promise<execution.ModifyPositionResponse> {
    requireServiceOrOperator(metadata, this.tokens);
    return this.useCases.modifyPosition(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'ClosePosition')
  closePosition(request: execution.ClosePositionRequest, metadata: Metadata): Promise<execution.SubmitOrderResponse> {
    requireOperator(metadata, this.tokens);
    return this.useCases.closePosition(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'Reconcile')
  reconcile(request: execution.ReconcileRequest, metadata: Metadata): Promise<execution.Reconciliation> {
    requireOperator(metadata, this.tokens);
    return this.useCases.reconcile(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'ListDifferences')
  listDifferences(request: execution.ListDifferencesRequest): Promise<execution.ListDifferencesResponse> {
    return this.useCases.listDifferences(request);
  }

  @GrpcMethod('ExecutionService', 'ResolveDifference')
  resolveDifference(request: execution.ResolveDifferenceRequest, metadata: Metadata): Promise<execution.Difference> {
    requireOperator(metadata, this.tokens);
    return this.useCases.resolveDifference(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'ListLedger')
  listLedger(request: execution.ListLedgerRequest): Promise<execution.ListLedgerResponse> {
    return this.useCases.listLedger(request);
  }

  @GrpcMethod('ExecutionService', 'GetOrder')
  getOrder(request: execution.GetOrderRequest): Promise<execution.Order> {
    return this.useCases.getOrder(request);
  }

  @GrpcMethod('ExecutionService', 'ListOrders')
  listOrders(request: execution.ListOrdersRequest): Promise<execution.ListOrdersResponse> {
    return this.useCases.listOrders(request);
  }

  @GrpcMethod('ExecutionService', 'ListFills')
  listFills(request: execution.ListFillsRequest): Promise<execution.ListFillsResponse> {
    return this.useCases.listFills(request);
  }

  @GrpcMethod('ExecutionService', 'ListOrderEvents')
  listOrderEvents(request: execution.ListOrderEventsRequest): Promise<execution.ListOrderEventsResponse> {
    return this.useCases.listOrderEvents(request);
  }

  @GrpcMethod('ExecutionService', 'ListTrades')
  listTrades(request: execution.ListTradesRequest): Promise<execution.ListTradesResponse> {
    return this.useCases.listTrades(request);
  }

  @GrpcMethod('ExecutionService', 'StreamOrderEvents')
  streamOrderEvents(request: execution.StreamOrderEventsRequest, metadata: Metadata): Observable<execution.OrderEvent> {
    return this.useCases.streamOrderEvents(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'ListPositions')
  listPositions(request: execution.ListPositionsRequest, metadata: Metadata): Promise<execution.ListPositionsResponse> {
    return this.useCases.listPositions(request, incoming(metadata));
  }

  @GrpcMethod('ExecutionService', 'ListAccounts')
  listAccounts(): Promise<execution.ListAccountsResponse> {
    return this.useCases.listAccounts();
  }

  @GrpcMethod('ExecutionService', 'GetEquity')
  getEquity(request: execution.GetEquityRequest): Promise<execution.GetEquityResponse> {
    return this.useCases.getEquity(request);
  }
}

/** What sending a call on to another execution process needs of it. */
function incoming(metadata: Metadata): IncomingCall {
  const [header] = metadata.get('authorization');
  const token = /^Bearer +(\S+)$/i.exec(header?.toString() ?? '')?.[1];
  return { isForwarded: metadata.get(FORWARDED).length > 0, token };
}
