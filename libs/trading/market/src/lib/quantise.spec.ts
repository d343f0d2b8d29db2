import * as fc from 'fast-check';
import { Decimal } from './decimal';
import { standardInstrument } from './instruments';
import * as q from './quantise';

const seed = 42;
const eurusd = standardInstrument('EURUSD');
const us500 = standardInstrument('US500');
const quarter = standardInstrument('ES', { digits: 2, tickSize: '0.25', tickValue: '12.5', contractSize: '50' });

describe('quantisePrice', () => {
  it.each([
    ['nearest', '1.38678', '1.38678'],
    ['nearest', '1.386784', '1.38678'],
    ['nearest', '1.386786', '1.38679'],
    ['down', '1.386789', '1.38678'],
    ['up', '1.386781', '1.38679'],
  ] as const)('rounds %s: %s to %s', (mode, price, expected) => {
    expect(q.quantisePrice(eurusd, price, mode).toFixed()).toBe(expected);
  });

  it('takes a tick that is no power of ten', () => {
    expect(q.quantisePrice(quarter, 4500.37).toFixed()).toBe('4500.25');
    expect(q.quantisePrice(quarter, 4500.38).toFixed()).toBe('4500.5');
  });

  it('is on the grid, within a tick, on the side asked for, and stays when done again', () => {
    const price = fc.double({ min: 0.0001, max: 100_000, noNaN: true });
    fc.assert(
      fc.property(price, fc.constantFrom(eurusd, us500, quarter), (value, instrument) => {
        const down = q.quantisePrice(instrument, value, 'down');
        const up = q.quantisePrice(instrument, value, 'up');
        const nearest = q.quantisePrice(instrument, value);
        expect(down.lte(value) && up.gte(value) && up.sub(down).lte(instrument.tickSize)).toBe(true);
        expect(nearest.eq(down) || nearest.eq(up)).toBe(true);
        expect(nearest.sub(value).abs().mul(2).lte(instrument.tickSize)).toBe(true);
        for (const result of [down, up, nearest]) {
          expect(q.isOnTick(instrument, result)).toBe(true);
          expect(q.quantisePrice(instrument, result, 'down').eq(result)).toBe(true);
        }
      }),
      { seed },
    );
  });
});

describe('quantiseVolume', () => {
  it('rounds down by default and never below zero', () => {
    expect(q.quantiseVolume(eurusd, '0.019').toFixed()).toBe('0.01');
    expect(q.quantiseVolume(eurusd, 0.3).toFixed()).toBe('0.3');
    expect(q.quantiseVolume(us500, '0.16', 'nearest').toFixed()).toBe('0.2');
    expect(q.quantiseVolume(us500, '-3').toFixed()).toBe('0');
    expect(q.isVolumeOnStep(us500, '0.15')).toBe(false);
    expect(q.isVolumeOnStep(us500, 0.3)).toBe(true);
  });
});

describe('formatting', () => {
  it('keeps the digits of the instrument and of the volume step', () => {
    expect(q.formatPrice(eurusd, 1.3868)).toBe('1.38680');
    expect(q.formatPrice(us500, new Decimal('1455.219971'))).toBe('1455.22');
    expect(q.formatVolume(eurusd, '1')).toBe('1.00');
    expect(q.formatVolume(us500, 0.1)).toBe('0.1');
  });
});

describe('what prices are worth', () => {
  it('a pip of one lot of EURUSD is 10 USD, of USDJPY 1000 JPY, of an index point 1 tick', () => {
    expect(q.pipValue(eurusd).toFixed()).toBe('10');
    expect(q.pipValue(standardInstrument('USDJPY')).toFixed()).toBe('1000');
    expect(q.pipValue(us500).toFixed()).toBe('0.01');
  });

  it('a tick is worth what the broker says, else contract size × tick size', () => {
    expect(q.tickValueOf(quarter).toFixed()).toBe('12.5');
    expect(q.tickValueOf(eurusd).toFixed()).toBe('1');
  });

  it('profit is exact, signed by the position, and follows the broker’s tick value', () => {
    const [entry, exit] = [new Decimal('1.38676'), new Decimal('1.38686')];
    expect(q.profit(eurusd, new Decimal('0.1'), entry, exit).toFixed()).toBe('1');
    expect(q.profit(eurusd, new Decimal('-0.1'), entry, exit).toFixed()).toBe('-1');
    expect(q.profit(quarter, new Decimal(2), new Decimal('4500.25'), new Decimal('4501')).toFixed()).toBe('75');
  });

  it('profits of the parts of a way add up to that of the whole', () => {
    const price = fc.integer({ min: 1, max: 10_000_000 }).map((n) => new Decimal(n).div(100_000));
    const lots = fc.integer({ min: -10_000, max: 10_000 }).map((n) => new Decimal(n).div(100));
    fc.assert(
      fc.property(price, price, price, lots, (a, b, c, size) => {
        const parts = q.profit(eurusd, size, a, b).add(q.profit(eurusd, size, b, c));
        expect(parts.eq(q.profit(eurusd, size, a, c))).toBe(true);
      }),
      { seed },
    );
  });

  it('notional has no sign', () => {
    expect(q.notional(eurusd, '-0.5', '1.2').toFixed()).toBe('60000');
  });
});
