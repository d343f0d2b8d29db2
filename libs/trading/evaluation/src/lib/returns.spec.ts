import { cagr, returnsOf, sharpe } from './returns';

const DAY_US = 86_400_000_000;

describe('returnsOf', () => {
  it('are the changes between successive points', () => {
    expect(returnsOf([{ equity: '100' }, { equity: '110' }, { equity: '99' }])).toEqual([0.1, -0.1]);
  });

  it('leave out what follows an equity of zero', () => {
    expect(returnsOf([{ equity: '100' }, { equity: '0' }, { equity: '50' }])).toEqual([-1]);
  });
});

describe('sharpe', () => {
  it('is the mean over the sample deviation, annualised', () => {
    // Mean 0.02, sample deviation √(0.0002 ÷ 2) = 0.01.
    expect(sharpe([0.01, 0.02, 0.03], 252)).toBeCloseTo(2 * Math.sqrt(252), 10);
    expect(sharpe([0.01, 0.02, 0.03], 252, 0.02)).toBeCloseTo(0, 10);
  });

  it('does not exist for fewer than two returns or equal ones', () => {
    expect(sharpe([0.1], 252)).toBeNull();
    expect(sharpe([0.1, 0.1, 0.1], 252)).toBeNull();
    expect(sharpe([0, 0], 252)).toBeNull();
  });
});

describe('cagr', () => {
  it('is the yearly growth that leads from the first to the last point', () => {
    const points = [
      { timeUs: 0, equity: '100' },
      { timeUs: DAY_US, equity: '1' },
      { timeUs: 2 * 365.25 * DAY_US, equity: '121' },
    ];
    expect(cagr(points)).toBeCloseTo(10, 10);
  });

  it('does not exist without time between two points or from nothing', () => {
    expect(cagr([])).toBeNull();
    expect(cagr([{ timeUs: 1, equity: '1' }])).toBeNull();
    expect(
      cagr([
        { timeUs: 0, equity: '0' },
        { timeUs: DAY_US, equity: '1' },
      ]),
    ).toBeNull();
  });
});
