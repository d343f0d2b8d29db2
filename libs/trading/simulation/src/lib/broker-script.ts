import fc from 'fast-check';
import { Decimal, type FillingMode } from '@trading/trading-market';
import type { OrderType, Side } from '@trading/trading-orders';
import type { MarginMode } from '@trading/trading-portfolio';
import { brokerWith, eurusd, orderOf } from './broker-fixtures';
import type { BrokerEvent } from './broker-event';
import { BrokerModel } from './broker-model';
import type { ChangeOutcome } from './broker-views';
import type { SimulatedBroker } from './simulated-broker';

/**
 * Random scripts of quotes, commands and humans for specifications. Prices are points away from 1.30000, volumes hundredths of a lot, `which` picks among what there is.
 */
export type Step =
  | { do: 'quote'; mid: number; spread: number; travels: boolean; hours: number }
  | {
      do: 'order';
      type: OrderType;
      side: Side;
      away: number;
      lots: number;
      stop: number;
      days: number;
      manual: boolean;
    }
  | { do: 'close'; which: number; lots: number }
  | { do: 'close by'; which: number; other: number }
  | { do: 'modify'; which: number; away: number; stop: number; days: number }
  | { do: 'cancel'; which: number; manual: boolean }
  | { do: 'stops'; which: number; stop: number; target: number }
  | { do: 'cash'; cents: number };

const away = fc.integer({ min: -200, max: 200 });
const which = fc.nat({ max: 5 });
const side = fc.constantFrom<Side>('BUY', 'SELL');
const lots = fc.integer({ min: 1, max: 200 });
const days = fc.integer({ min: 0, max: 3 });
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('quote' as const),
      mid: fc.integer({ min: -300, max: 300 }),
      spread: fc.integer({ min: -1, max: 20 }),
      travels: fc.boolean(),
      hours: fc.integer({ min: 0, max: 30 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      type: fc.constantFrom<OrderType>('MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT'),
      side,
      away,
      lots,
      stop: away,
      days,
      manual: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const), which, lots }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close by' as const), which, other: which }) },
  fc.record({ do: fc.constant('modify' as const), which, away, stop: away, days }),
  fc.record({ do: fc.constant('cancel' as const), which, manual: fc.boolean() }),
  fc.record({ do: fc.constant('stops' as const), which, stop: away, target: away }),
  fc.record({ do: fc.constant('cash' as const), cents: fc.integer({ min: -20_000, max: 20_000 }) }),
);

export interface World {
  readonly marginMode: MarginMode;
  readonly filling: FillingMode;
  readonly volume: string | undefined;
  readonly latencyUs: number;
}

export const world: fc.Arbitrary<World> = fc.record({
  marginMode: fc.constantFrom<MarginMode>('NETTING', 'HEDGING'),
  filling: fc.constantFrom<FillingMode>('FOK', 'IOC', 'RETURN'),
  volume: fc.constantFrom(undefined, '0.25', '0.4'),
  latencyUs: fc.constantFrom(0, 5_000_000),
});

const HOUR_US = 3_600_000_000;
const priced = (points: number): string => ((130_000 + points) / 100_000).toFixed(5);
const number = (points: number): number => (130_000 + points) / 100_000;
const from = <T>(all: readonly T[], index: number): T | undefined => all[index % Math.max(all.length, 1)];

/** Plays a script on a broker; a model hears every event and throws at one that cannot be. */
export class Play {
  readonly broker: SimulatedBroker;
  readonly model: BrokerModel;
  readonly heard: BrokerEvent[] = [];
  /** The last quote, crossed or not. */
  bid = 1.3;
  ask = 1.3001;
  private nowUs = 0;
  private mid = 0;
  private count = 0;

  constructor(readonly world: World) {
    const { marginMode, filling, volume, latencyUs } = world;
    const swap = { swapMode: 'points', swapLong: '-7.3', swapShort: '2.1', swapTripleWeekday: 3 } as const;
    this.broker = brokerWith({
      deposit: '1000',
      leverage: 500,
      marginMode,
      latencyUs,
      instruments: [eurusd({ ...swap, fillingModes: [filling], stopsLevelPoints: 3, freezeLevelPoints: 2 })],
      costs: { commissionPerLot: '3.33' },
      slippagePoints: 1,
      stopOutLevelPct: 50,
      ...(volume !== undefined && { fillVolumePerTick: volume }),
    });
    this.model = new BrokerModel(marginMode, '1000');
  }

  take(one: Step): void {
    this.nowUs += 1;
    const { broker } = this;
    const position = 'which' in one ? from(broker.positions(), one.which) : undefined;
    const order = 'which' in one ? from(broker.workingOrders(), one.which) : undefined;
    switch (one.do) {
      case 'quote':
        this.nowUs += one.hours * HOUR_US;
        this.mid = one.mid;
        this.hear(broker.onTime(this.nowUs - 1));
        this.quote(one.spread, one.travels);
        return;
      case 'order':
        this.order(one);
        return;
      case 'close': {
        const volumeLots = Decimal.min(position?.volumeLots ?? 1, one.lots / 100).toFixed(2);
        const fields = {
          positionId: position?.positionId ?? '0',
          side: position?.side === 'BUY' ? 'SELL' : 'BUY',
        } as const;
        this.submit({ ...fields, volumeLots });
        return;
      }
      case 'close by': {
        const other = from(
          broker.positions().filter((it) => it.side !== position?.side),
          one.other,
        );
        if (!position || !other) return;
        const volumeLots = Decimal.min(position.volumeLots, other.volumeLots).toFixed(2);
        const opposite = position.side === 'BUY' ? 'SELL' : 'BUY';
        const { positionId } = position;
        this.submit({ positionId, closeByPositionId: other.positionId, side: opposite, volumeLots });
        return;
      }
      case 'modify': {
        const change = { price: priced(this.mid + one.away), ...(one.stop > 50 && { stopLoss: priced(one.stop) }) };
        const expires = one.days > 0 ? { expiresUs: this.nowUs + one.days * 24 * HOUR_US } : {};
        this.change(broker.modify({ orderTicket: order?.orderTicket ?? '0', ...change, ...expires }, this.nowUs));
        return;
      }
      case 'cancel':
        this.change(
          one.manual
            ? broker.cancelManual({ orderTicket: order?.orderTicket ?? '0' }, this.nowUs)
            : broker.cancel({ coid: order?.order.coid ?? '-' }, this.nowUs),
        );
        return;
      case 'stops': {
        const stops = { stopLoss: priced(this.mid + one.stop), takeProfit: priced(this.mid + one.target) };
        this.change(broker.setStops(position?.positionId ?? '0', stops, this.nowUs));
        return;
      }
      case 'cash':
        this.hear(broker.cash('correction', new Decimal(one.cents).div(100), this.nowUs));
    }
  }

  private quote(spread: number, travels: boolean): void {
    this.bid = number(this.mid);
    this.ask = number(this.mid + spread);
    this.hear(this.broker.onTick('EURUSD', this.nowUs, this.bid, this.ask, travels ? 'travel' : 'jump'));
  }

  private order({
    type,
    side: way,
    away: distance,
    lots: volume,
    stop,
    days: until,
    manual,
  }: Step & { do: 'order' }): void {
    const price = type === 'MARKET' ? {} : { price: priced(this.mid + distance) };
    const back = way === 'BUY' ? -20 : 20;
    const limit = type === 'STOP_LIMIT' ? { stopLimitPrice: priced(this.mid + distance + back) } : {};
    const entry = this.mid + (type === 'MARKET' ? 0 : distance);
    const stops = Math.abs(stop) > 100 ? { stopLoss: priced(entry - Math.sign(back) * -Math.abs(stop)) } : {};
    const dated = { timeInForce: 'GTD', expiresUs: this.nowUs + until * 24 * HOUR_US } as const;
    const term = type !== 'MARKET' && until > 0 ? (until === 3 ? ({ timeInForce: 'DAY' } as const) : dated) : {};
    const fields = { type, side: way, volumeLots: (volume / 100).toFixed(2), ...price, ...limit, ...stops, ...term };
    if (!manual) {
      this.submit(fields);
      return;
    }
    this.model.submits('', fields.volumeLots);
    this.hear(this.broker.submitManual({ symbol: 'EURUSD', ...fields }, this.nowUs));
  }

  private submit(fields: Parameters<typeof orderOf>[0]): void {
    this.count += 1;
    const order = orderOf({ ...fields, coid: `c${this.count}` });
    this.model.submits(order.coid, order.volumeLots);
    this.hear(this.broker.submit(order, this.nowUs));
  }

  private change(outcome: ChangeOutcome): void {
    if (outcome.kind === 'done') this.hear(outcome.events);
  }

  private hear(events: readonly BrokerEvent[]): void {
    this.heard.push(...events);
    for (const event of events) this.model.hear(event);
  }
}
