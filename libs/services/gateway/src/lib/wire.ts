import { common, gateway, wire, type terminal } from '@trading/contracts';

/*
 * Translation between the terminal's protocol and our contracts: one function per message. Symbols on the wire are the
 * broker's; `SymbolOf` gives ours.
 */

export type SymbolOf = (brokerSymbol: string) => string;

export function instrumentOf(w: terminal.WireInstrument): common.Instrument {
  return common.Instrument.fromPartial({
    symbol: w.symbol,
    brokerSymbol: w.brokerSymbol,
    digits: w.digits,
    tickSize: w.tickSize,
    tickValue: w.tickValue,
    contractSize: w.contractSize,
    volumeMin: w.volumeMin,
    volumeMax: w.volumeMax,
    volumeStep: w.volumeStep,
    stopsLevelPoints: w.stopsLevelPoints,
    freezeLevelPoints: w.freezeLevelPoints,
    baseCurrency: w.baseCurrency,
    profitCurrency: w.profitCurrency,
    marginCurrency: w.marginCurrency,
    marginRate: w.marginRate,
    fillingModes: w.fillingModes.map((mode) => wire('FILLING_MODE', mode)),
    executionMode: wire('EXECUTION_MODE', w.executionMode),
    stopsOnOpen: wire('STOPS_ON_OPEN', w.stopsOnOpen),
    sessions: w.sessions ?? [],
    ...(w.swapLong !== undefined && { swapLong: w.swapLong }),
    ...(w.swapShort !== undefined && { swapShort: w.swapShort }),
    ...(w.swapMode !== undefined && { swapMode: w.swapMode }),
    ...(w.swapTripleWeekday !== undefined && { swapTripleWeekday: w.swapTripleWeekday }),
    tradable: true,
  });
}

export function accountOf(frame: terminal.AccountFrame, hello: terminal.Hello): gateway.AccountSnapshot {
  return {
    currency: frame.currency,
    balance: frame.balance,
    equity: frame.equity,
    margin: frame.margin,
    freeMargin: frame.freeMargin,
    leverage: frame.leverage,
    marginMode: wire('MARGIN_MODE', hello.marginMode),
    tradeMode: wire('TRADE_MODE', hello.tradeMode),
    credit: frame.credit,
  };
}

export function resultOf(frame: terminal.CmdResult): gateway.CommandResult {
  return {
    coid: frame.coid,
    status: frame.status,
    retcode: frame.retcode,
    orderTicket: frame.order,
    dealTicket: frame.deal,
    positionId: frame.position,
    volumeLots: frame.volume,
    price: frame.price,
    bid: Number(frame.bid),
    ask: Number(frame.ask),
    message: frame.message,
    attempt: frame.attempt,
    verb: frame.verb ?? 'submit',
    requestId: frame.requestId ?? '',
  };
}

const ORIGIN_OF_REASON = {
  order: 'STRATEGY',
  sl: 'BROKER',
  tp: 'BROKER',
  stop_out: 'BROKER',
  rollover: 'BROKER',
  manual: 'EXTERNAL',
} as const;

export function dealOf(frame: terminal.TradeEventFrame, symbolOf: SymbolOf): gateway.Deal {
  return {
    dealTicket: frame.deal,
    orderTicket: frame.order,
    positionId: frame.position,
    coid: frame.coid,
    symbol: symbolOf(frame.symbol),
    side: wire('SIDE', frame.side),
    volumeLots: frame.volume,
    price: frame.price,
    commission: frame.commission,
    swap: frame.swap,
    profit: frame.profit,
    timeUs: frame.time,
    origin: wire('ORIGIN', ORIGIN_OF_REASON[frame.reason]),
    reason: frame.reason,
    positionVolume: frame.positionVolume,
    magic: frame.magic,
    comment: frame.tag,
    fee: '0',
    byPositionId: frame.by ?? '',
  };
}

const ORIGIN_OF_AUTHOR = { command: 'STRATEGY', broker: 'BROKER', manual: 'EXTERNAL' } as const;

export function orderUpdateOf(frame: terminal.OrderEventFrame, symbolOf: SymbolOf): gateway.OrderUpdate {
  return {
    ticket: frame.order,
    coid: frame.coid,
    symbol: symbolOf(frame.symbol),
    side: wire('SIDE', frame.side),
    type: common.orderTypeFromJSON(`ORDER_TYPE_${frame.type}`),
    state: wire('ORDER_UPDATE_STATE', frame.state),
    volumeLots: frame.volume,
    filledLots: frame.filled,
    price: frame.price,
    stopLimitPrice: frame.stopLimit,
    stopLoss: frame.sl,
    takeProfit: frame.tp,
    expiresUs: frame.expires,
    origin: wire('ORIGIN', ORIGIN_OF_AUTHOR[frame.reason]),
    reason: frame.message === '' ? frame.reason : frame.message,
    magic: frame.magic,
    comment: frame.tag,
    timeUs: frame.time,
  };
}

export function positionUpdateOf(frame: terminal.PositionEventFrame, symbolOf: SymbolOf): gateway.PositionUpdate {
  return {
    positionId: frame.position,
    symbol: symbolOf(frame.symbol),
    stopLoss: frame.sl,
    takeProfit: frame.tp,
    origin: wire('ORIGIN', ORIGIN_OF_AUTHOR[frame.reason]),
    timeUs: frame.time,
  };
}

export function cashOf(frame: terminal.CashEventFrame): gateway.CashMovement {
  return {
    dealTicket: frame.deal,
    kind: frame.kind,
    amount: frame.amount,
    timeUs: frame.time,
    comment: frame.comment,
  };
}

export function historyOf(frame: terminal.HistoryFrame, symbolOf: SymbolOf): gateway.ListHistoryResponse {
  return {
    deals: frame.deals.map((deal) => dealOf(deal, symbolOf)),
    orders: frame.orders.map((order) => orderUpdateOf(order, symbolOf)),
    cash: frame.cash.map(cashOf),
    next: frame.next ?? '',
    coversFromUs: frame.coversFrom,
  };
}

export function snapshotOf(
  frame: terminal.SnapshotFrame,
  accountId: string,
  hello: terminal.Hello,
  symbolOf: SymbolOf,
  connected: boolean,
): gateway.Snapshot {
  return {
    accountId,
    timeUs: frame.time,
    account: accountOf(frame.account, hello),
    positions: frame.positions.map((p) => ({
      positionId: p.position,
      symbol: symbolOf(p.symbol),
      side: wire('SIDE', p.side),
      volumeLots: p.volume,
      openPrice: p.price,
      stopLoss: p.sl,
      takeProfit: p.tp,
      profit: p.profit,
      swap: p.swap,
      magic: p.magic,
      comment: p.tag,
      openedUs: p.opened,
    })),
    orders: frame.orders.map((o) => ({
      ticket: o.order,
      coid: o.coid,
      symbol: symbolOf(o.symbol),
      side: wire('SIDE', o.side),
      type: common.orderTypeFromJSON(`ORDER_TYPE_${o.type}`),
      volumeLots: o.volume,
      price: o.price,
      comment: o.tag,
      magic: o.magic,
      filledLots: o.filled,
      stopLimitPrice: o.stopLimit,
      stopLoss: o.sl,
      takeProfit: o.tp,
      expiresUs: o.expires,
      placedUs: o.placed,
    })),
    deals: frame.deals.map((deal) => dealOf(deal, symbolOf)),
    journalId: hello.journalId,
    seq: frame.seq,
    connected,
  };
}
