import { Decimal } from '@trading/trading-market';
import * as fc from 'fast-check';
import { EURUSD } from '../testing/inputs';
import { stopLossFor } from './stops';

const QUOTE = { bid: 1.3, ask: 1.3001 };

describe('a stop loss from ATR', () => {
  it('lies below the bid for a buy and above the ask for a sell', () => {
    expect(stopLossFor(1, QUOTE, 0.002, 3, EURUSD)?.price.toFixed()).toBe('1.294');
    expect(stopLossFor(-1, QUOTE, 0.002, 3, EURUSD)?.price.toFixed()).toBe('1.3061');
  });

  it('is rounded away from the market', () => {
    expect(stopLossFor(1, QUOTE, 0.0020001, 3, EURUSD)?.price.toFixed()).toBe('1.29399');
    expect(stopLossFor(-1, QUOTE, 0.0020001, 3, EURUSD)?.price.toFixed()).toBe('1.30611');
  });

  it('is beyond the spread however small the range is: a stop at the market would be refused', () => {
    const loose = { ...EURUSD, stopsLevelPoints: 0 };
    expect(stopLossFor(1, QUOTE, 0, 3, loose)?.price.toFixed()).toBe('1.29999');
    expect(stopLossFor(-1, QUOTE, 0, 3, loose)?.price.toFixed()).toBe('1.30011');
  });

  it('keeps the stops level from the price that would trigger it', () => {
    const stiff = { ...EURUSD, stopsLevelPoints: 100 };
    expect(stopLossFor(1, QUOTE, 0.0001, 1, stiff)?.price.toFixed()).toBe('1.299');
    expect(stopLossFor(-1, QUOTE, 0.0001, 1, stiff)?.price.toFixed()).toBe('1.3011');
  });

  it('is none where it would not be a price', () => {
    expect(stopLossFor(1, QUOTE, 0.5, 3, EURUSD)).toBeUndefined();
  });

  it('is on the tick, on the losing side, as far as asked and beyond the stops level', () => {
    const cases = fc.record({
      direction: fc.constantFrom<1 | -1>(1, -1),
      bid: fc.integer({ min: 50_000, max: 200_000 }),
      spread: fc.integer({ min: 0, max: 500 }),
      atr: fc.double({ min: 1e-6, max: 0.05, noNaN: true }),
      multiple: fc.double({ min: 0.1, max: 8, noNaN: true }),
      stopsLevelPoints: fc.integer({ min: 0, max: 300 }),
    });
    fc.assert(
      fc.property(cases, ({ direction, bid, spread, atr, multiple, stopsLevelPoints }) => {
        const quote = { bid: bid / 1e5, ask: (bid + spread) / 1e5 };
        const stop = stopLossFor(direction, quote, atr, multiple, { ...EURUSD, stopsLevelPoints });
        if (stop === undefined) return;
        const trigger = new Decimal(direction === 1 ? quote.bid : quote.ask);
        const entry = new Decimal(direction === 1 ? quote.ask : quote.bid);
        const room = trigger.minus(stop.price).times(direction);
        expect(stop.price.mod(EURUSD.tickSize).isZero()).toBe(true);
        expect(room.gte(new Decimal(EURUSD.tickSize).times(stopsLevelPoints))).toBe(true);
        expect(entry.minus(stop.price).times(direction).gte(new Decimal(atr).times(multiple))).toBe(true);
        expect(stop.distance.eq(entry.minus(stop.price).abs())).toBe(true);
      }),
      { seed: 42 },
    );
  });
});
