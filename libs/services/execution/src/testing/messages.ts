import { common, execution, gateway, market } from '@trading/contracts';

export const ACCOUNT = 'paper-1';
/** Event time of barrier n. */
export const timeOf = (n: number): number => 1_000_000_000 + n * 1_000_000;

export const INSTRUMENT = common.Instrument.fromPartial({
  symbol: 'EURUSD',
  brokerSymbol: 'EURUSD',
  digits: 5,
  tickSize: '0.00001',
  contractSize: '100000',
  volumeMin: '0.01',
  volumeMax: '100',
  volumeStep: '0.01',
  baseCurrency: 'EUR',
  profitCurrency: 'USD',
  marginCurrency: 'EUR',
  marginRate: '1',
  fillingModes: ['FILLING_MODE_IOC'],
  executionMode: 'EXECUTION_MODE_MARKET',
  stopsOnOpen: 'STOPS_ON_OPEN_WITH',
  tradable: true,
});

export const SNAPSHOT = gateway.AccountSnapshot.fromPartial({
  currency: 'USD',
  balance: '10000.00',
  equity: '10000.00',
  margin: '0',
  freeMargin: '10000.00',
  leverage: 30,
  marginMode: 'MARGIN_MODE_NETTING',
  tradeMode: 'TRADE_MODE_DEMO',
});

/** A strategy's market order of 0.10 EURUSD. */
export function orderOf(coid: string, changes: Partial<common.OrderRequest> = {}): common.OrderRequest {
  return common.OrderRequest.fromPartial({
    coid,
    accountId: ACCOUNT,
    symbol: 'EURUSD',
    side: 'SIDE_BUY',
    type: 'ORDER_TYPE_MARKET',
    volumeLots: '0.1',
    timeInForce: 'TIME_IN_FORCE_IOC',
    origin: 'ORIGIN_STRATEGY',
    strategyId: 's1',
    ...changes,
  });
}

export const submitOf = (order: common.OrderRequest): execution.SubmitOrderRequest => ({
  order,
  asOfUs: 0,
  hops: undefined,
});

/** A fill at 1.10000 that the broker reports. */
export function dealOf(dealTicket: string, coid: string, changes: Partial<gateway.Deal> = {}): gateway.Deal {
  return gateway.Deal.fromPartial({
    dealTicket,
    orderTicket: `o-${coid}`,
    positionId: 'p1',
    coid,
    symbol: 'EURUSD',
    side: 'SIDE_BUY',
    volumeLots: '0.1',
    price: '1.1',
    commission: '-1',
    swap: '0',
    profit: '0',
    origin: 'ORIGIN_STRATEGY',
    reason: 'order',
    timeUs: timeOf(0),
    ...changes,
  });
}

export function resultOf(coid: string, changes: Partial<gateway.CommandResult> = {}): gateway.CommandResult {
  return gateway.CommandResult.fromPartial({
    coid,
    status: 'DONE',
    retcode: 10009,
    orderTicket: `o-${coid}`,
    ...changes,
  });
}

export function ticks(bid: number, ask: number): market.TickBatch {
  return market.TickBatch.fromPartial({
    accountId: ACCOUNT,
    symbol: 'EURUSD',
    firstSeq: 1,
    timeUs: [timeOf(0)],
    bid: [bid],
    ask: [ask],
  });
}

/** What the broker holds of a buy limit order of 0.10 EURUSD at 1.05. */
export function updateOf(
  coid: string,
  state: gateway.OrderUpdateState,
  changes: Partial<gateway.OrderUpdate> = {},
): gateway.OrderUpdate {
  return gateway.OrderUpdate.fromPartial({
    ticket: `o-${coid}`,
    coid,
    symbol: 'EURUSD',
    side: 'SIDE_BUY',
    type: 'ORDER_TYPE_LIMIT',
    state,
    volumeLots: '0.1',
    filledLots: '0',
    price: '1.05',
    origin: 'ORIGIN_STRATEGY',
    timeUs: timeOf(0),
    ...changes,
  });
}
