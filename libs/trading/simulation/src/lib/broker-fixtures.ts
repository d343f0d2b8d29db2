import { standardInstrument, type Instrument } from '@trading/trading-market';
import type { BrokerConfig } from './broker-config';
import type { BrokerEvent, Deal } from './broker-event';
import type { BrokerOrder } from './broker-order';
import { SimulatedBroker } from './simulated-broker';

/** Brokers and orders for specifications of this room. */
export const EURUSD = standardInstrument('EURUSD');

export function eurusd(fields: Partial<Instrument>): Instrument {
  return { ...EURUSD, ...fields };
}

/** A broker without costs and latency that has seen EURUSD at 1.30000 / 1.30010 at time 0. */
export function brokerWith(config: Partial<BrokerConfig> = {}): SimulatedBroker {
  const broker = new SimulatedBroker({
    currency: 'USD',
    leverage: 30,
    deposit: '10000',
    instruments: [EURUSD],
    costs: { commissionPerLot: '0' },
    slippagePoints: 0,
    latencyUs: 0,
    ...config,
  });
  broker.onTick('EURUSD', 0, 1.3, 1.3001);
  return broker;
}

/** A market order to buy 0.10 lots as `c1`. */
export function orderOf(fields: Partial<BrokerOrder> = {}): BrokerOrder {
  return {
    coid: 'c1',
    symbol: 'EURUSD',
    side: 'BUY',
    type: 'MARKET',
    volumeLots: '0.10',
    fillings: [],
    reduceOnly: false,
    magic: '7',
    tag: 'Q1',
    ...fields,
  };
}

/** What an event says, in words: enough to compare whole lists of them. */
export function said(events: readonly BrokerEvent[]): string[] {
  return events.map((event) => {
    switch (event.kind) {
      case 'accepted':
        return `accepted ${event.orderTicket}`;
      case 'rejected':
        return `rejected ${event.retcode}`;
      case 'deal':
        return dealSaid(event);
      case 'order':
        return `${event.state} ${event.orderTicket} ${event.order.type} ${event.filledLots.toFixed(2)} by ${event.reason}`;
      case 'stops':
        return `stops ${event.positionId} ${event.stopLoss?.toFixed(5) ?? '-'} ${event.takeProfit?.toFixed(5) ?? '-'} by ${event.reason}`;
      case 'cash':
        return `${event.cash} ${event.amount.toFixed(2)}`;
    }
  });
}

function dealSaid({ reason, side, volumeLots, price, positionId, positionLots, by }: Deal): string {
  const position = `#${positionId}=${positionLots.toFixed(2)}`;
  return `${reason} ${side} ${volumeLots.toFixed(2)} at ${price.toFixed(5)} ${position}${by === undefined ? '' : ` by ${by}`}`;
}
