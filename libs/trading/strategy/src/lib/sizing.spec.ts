import { Decimal } from '@trading/trading-market';
import * as fc from 'fast-check';
import { EURUSD } from '../testing/inputs';
import { sizeByExposure, sizeByUnits, sizeByVolatility } from './sizing';

const funds = (equity: number, price = 1.25, conversion = 1) => ({
  equity: new Decimal(equity),
  instrument: EURUSD,
  price: new Decimal(price),
  conversion: new Decimal(conversion),
});
const risk = (stopDistance: string, riskPct = 1, confidence = 1, maxLeverage = 2) => ({
  riskPct,
  confidence,
  stopDistance: new Decimal(stopDistance),
  maxLeverage,
});

describe('sizing by volatility', () => {
  it('loses the given share of the equity at the stop', () => {
    // 1 % of 100 000 over 60 pips at 10 per pip and lot.
    expect(sizeByVolatility(funds(100_000), risk('0.006')).lots.toFixed()).toBe('1.6');
    expect(sizeByVolatility(funds(100_000, 1.25, 1), risk('0.01')).lots.toFixed()).toBe('1');
  });

  it('risks less at less confidence', () => {
    expect(sizeByVolatility(funds(100_000), risk('0.01', 1, 0.5)).lots.toFixed()).toBe('0.5');
  });

  it('counts the loss in the account currency', () => {
    expect(sizeByVolatility(funds(100_000, 1.25, 0.8), risk('0.01')).lots.toFixed()).toBe('1.25');
  });

  it('uses the tick value where the account states one', () => {
    const instrument = { ...EURUSD, tickValue: '2' };
    expect(sizeByVolatility({ ...funds(100_000), instrument }, risk('0.01')).lots.toFixed()).toBe('0.5');
  });

  it('is bounded by leverage and names both bounds', () => {
    const { lots, steps } = sizeByVolatility(funds(100_000), risk('0.0001'));
    expect(lots.toFixed()).toBe('1.6');
    expect(Object.fromEntries(steps.map(({ name, value }) => [name, value]))).toEqual({
      method: 'volatility',
      equity: '100000',
      riskPct: '1',
      confidence: '1',
      riskMoney: '1000',
      stopDistance: '0.0001',
      lossPerLot: '10',
      lotsByRisk: '100',
      maxLeverage: '2',
      lotsByLeverage: '1.6',
      lots: '1.6',
    });
  });

  it('is zero without equity, or when the smallest volume risks too much', () => {
    expect(sizeByVolatility(funds(-500), risk('0.01')).lots.isZero()).toBe(true);
    expect(sizeByVolatility(funds(500), risk('0.01')).lots.isZero()).toBe(true);
  });

  it('never exceeds the risk, the leverage or the largest volume', () => {
    const cases = fc.record({
      equity: fc.integer({ min: -1000, max: 100_000_000 }),
      ticks: fc.integer({ min: 1, max: 5000 }),
      riskPct: fc.double({ min: 0, max: 100, noNaN: true }),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      maxLeverage: fc.double({ min: 0, max: 100, noNaN: true }),
      conversion: fc.double({ min: 0.01, max: 200, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ equity, ticks, riskPct, confidence, maxLeverage, conversion }) => {
        const distance = new Decimal(ticks).times(EURUSD.tickSize);
        const available = funds(equity, 1.25, conversion);
        const { lots } = sizeByVolatility(available, { riskPct, confidence, stopDistance: distance, maxLeverage });
        const units = lots.times(EURUSD.contractSize).times(conversion);
        const positive = Decimal.max(equity, 0);
        expect(units.times(distance).lte(positive.times(riskPct).div(100).times(confidence))).toBe(true);
        expect(units.times('1.25').lte(positive.times(maxLeverage))).toBe(true);
        expect(lots.lte(EURUSD.volumeMax)).toBe(true);
        expect(lots.isZero() || lots.gte(EURUSD.volumeMin)).toBe(true);
        expect(lots.mod(EURUSD.volumeStep).isZero()).toBe(true);
      }),
      { seed: 42 },
    );
  });
});

describe('sizing by exposure', () => {
  it('buys the given multiple of the equity', () => {
    expect(sizeByExposure(funds(100_000), 1).lots.toFixed()).toBe('0.8');
    expect(sizeByExposure(funds(100_000), 0.5).lots.toFixed()).toBe('0.4');
    expect(sizeByExposure(funds(100_000, 1.25, 2), 1).lots.toFixed()).toBe('0.4');
  });
});

describe('sizing by units', () => {
  it('turns units of the base into lots, rounded down', () => {
    expect(sizeByUnits(10_000, EURUSD).lots.toFixed()).toBe('0.1');
    expect(sizeByUnits(10_999, EURUSD).lots.toFixed()).toBe('0.1');
    expect(sizeByUnits(999, EURUSD).lots.isZero()).toBe(true);
  });
});
