import { execution } from '@trading/contracts';
import { metricsOf, parseFailCondition } from '@trading/trading-evaluation';
import { standardInstrument } from '@trading/trading-market';
import { buildSummary } from './build-summary';
import { failVerdict } from './fail-conditions';
import { isMetric, METRICS } from './metrics';
import { facts, order, START_US, summaryInput } from './spec-input';

describe('buildSummary', () => {
  it('says what a run came to', () => {
    expect(buildSummary(summaryInput())).toMatchObject({
      symbol: 'US500',
      from: '2009-12-30T00:00:00.000Z',
      to: '2010-01-09T00:00:00.000Z',
      timeframe: 'D1',
      strategy: 'model-threshold',
      model: 'm/1',
      tradeFrom: '2010-01-01T00:00:00.000Z',
      ticks: 40,
      bars: 10,
      decisions: 10,
      orders: { submitted: 2, filled: 2, denied: 1, rejected: 0, unknown: 0, byBroker: 0 },
      fills: 2,
      trades: 2,
      balance: 10_000,
      equity: 10_055,
      pnl: 55,
      maxDrawdownPct: 5,
      winRatePct: 50,
      profitFactor: 2.375,
      costs: { commission: -2, swap: -0.5 },
      denials: { MARGIN: 1 },
      openPosition: null,
      booksAgree: { agree: true, difference: 0 },
      latencyUs: { p50: 500, p99: 1300, max: 1300 },
      ticksPerSecond: 20,
      elapsedS: 2,
      files: { summary: '/kept/runs/run-0001/summary.json' },
    });
  });

  it('compares with one purchase for the whole balance, costs included', () => {
    // 10 lots bought at 1000 and marked at 1100: 1000, less the commission of one side.
    expect(buildSummary(summaryInput()).buyAndHoldPnl).toBe(1000);
    expect(buildSummary(summaryInput({}, ['--commission', '2.5'])).buyAndHoldPnl).toBe(975);
    expect(buildSummary(summaryInput({ benchmark: undefined })).buyAndHoldPnl).toBeNull();
  });

  it('converts the profit of buy and hold by the price of the pair, or says that it cannot', () => {
    const of = (symbol: string) => ({
      benchmark: { timeUs: START_US, bid: 100, ask: 100 },
      facts: { ...facts, instrument: standardInstrument(symbol), lastQuote: { timeUs: START_US, bid: 125, ask: 125 } },
    });
    // 0.1 lots are 10,000 USD; 10,000 × 25 yen are 2,000 USD at 125.
    expect(buildSummary(summaryInput(of('USDJPY'))).buyAndHoldPnl).toBe(2000);
    expect(buildSummary(summaryInput(of('EURGBP'))).buyAndHoldPnl).toBeNull();
  });

  it('counts orders of the broker beside those of ours', () => {
    const orders = [
      order({ request: { origin: 'ORIGIN_BROKER' } }),
      order({ request: { origin: 'ORIGIN_OPERATOR' } }),
      order({ state: 'ORDER_STATE_REJECTED' }),
      order({ state: 'ORDER_STATE_UNKNOWN' }),
      order({ state: 'ORDER_STATE_DENIED', code: 'B' }),
      order({ state: 'ORDER_STATE_DENIED', code: 'A' }),
      order({ state: 'ORDER_STATE_DENIED', code: 'B' }),
    ];
    const summary = buildSummary(summaryInput({ orders }));
    expect(summary.orders).toEqual({ submitted: 3, filled: 1, denied: 3, rejected: 1, unknown: 1, byBroker: 1 });
    expect(JSON.stringify(summary.denials)).toBe('{"A":1,"B":2}');
  });

  it('marks an open position and does not close it', () => {
    const positions = [
      execution.Position.fromPartial({ volumeLots: '0.0', unrealised: '0' }),
      execution.Position.fromPartial({ volumeLots: '-2.0', averagePrice: '1000.50', unrealised: '-12.345' }),
    ];
    expect(buildSummary(summaryInput({ positions })).openPosition).toEqual({
      lots: '-2.0',
      averagePrice: '1000.50',
      unrealised: -12.34,
    });
  });

  it('has nothing to say of trades and latencies that were not', () => {
    const summary = buildSummary(
      summaryInput({
        orders: [order({})],
        trades: [],
        equity: [],
        elapsedS: 0,
        books: { ours: '10000', broker: '10000' },
      }),
    );
    expect(summary).toMatchObject({
      winRatePct: null,
      profitFactor: null,
      maxDrawdownPct: 0,
      pnl: 0,
      latencyUs: { p50: null, p99: null, max: null },
      ticksPerSecond: 0,
    });
  });

  it('measures the drawdown from the first balance', () => {
    const equity = [{ timeUs: START_US, balance: '9000', equity: '9000', positionLots: '0' }];
    expect(buildSummary(summaryInput({ equity })).maxDrawdownPct).toBe(10);
  });

  it('says when the books differ, by how much', () => {
    const summary = buildSummary(summaryInput({ books: { ours: '10055.00', broker: '10054.99' } }));
    expect(summary.booksAgree).toEqual({ agree: false, ours: 10_055, broker: 10_054.99, difference: 0.01 });
  });

  it('counts only the ticks of this sitting for the speed', () => {
    expect(buildSummary(summaryInput({ ticksPlayed: 10 })).ticksPerSecond).toBe(5);
  });

  it('differs between two equal runs by the wall clock, the run and its files only', () => {
    const first = buildSummary(summaryInput());
    const skipped = { count: 1, examples: ['/data/sp500.csv, line 3, field open: expected a number.'] };
    const second = buildSummary(
      summaryInput({
        elapsedS: 9,
        runId: 'run-0007',
        orders: summaryInput().orders.map((each) => ({ ...each, hops: undefined })),
      }),
    );
    expect(Object.keys(first)).toEqual(Object.keys(second));
    const varying = new Set(['latencyUs', 'ticksPerSecond', 'elapsedS', 'runId', 'files']);
    const steady = (summary: object) => JSON.stringify(Object.entries(summary).filter(([name]) => !varying.has(name)));
    expect(steady(first)).toBe(steady(second));

    const moved = buildSummary(summaryInput({ facts: { ...facts, skipped } }));
    expect(moved.skippedRows.examples).toEqual(['sp500.csv, line 3, field open: expected a number.']);
    expect(steady(moved)).not.toMatch(/\/data|\/kept/);
  });
});

describe('the assumptions', () => {
  const said = (part: Parameters<typeof summaryInput>[0], argv?: readonly string[]) =>
    buildSummary(summaryInput(part, argv)).assumptions.join('\n');

  it('name fills, path, spread, costs and from when orders were possible', () => {
    const text = said({}, ['--slippage', '2', '--commission', '3.5']);
    expect(text).toMatch(/first quote after its decision.*2 points of slippage/);
    expect(text).toMatch(/\(worst\).*a stop is met before a target/);
    expect(text).toMatch(/50 points \(0\.50\)/);
    expect(text).toMatch(/commission 3\.5 per lot and side; no swap/);
    expect(text).toMatch(/Orders: from 2010-01-01, because the model m\/1 was trained/);
    expect(text).toMatch(/Buy and hold: bought once .* on 2010-01-04/);
  });

  it('say what was different with ticks', () => {
    const ticks = { ...facts, kind: 'ticks' as const, spreadPoints: undefined, skipped: { count: 3, examples: [] } };
    const text = said({ facts: ticks, model: undefined, tradeFromUs: undefined, crossedTicks: 7 }, ['--spread', '9']);
    expect(text).toMatch(/every tick/);
    expect(text).toMatch(/the data's own.*--spread 9 was not used/);
    expect(text).toMatch(/from the first bar/);
    expect(text).toMatch(/Crossed ticks .*: 7;/);
    expect(text).toMatch(/skipped: 3\./);
  });
});

describe('conditions to fail by', () => {
  const verdict = (condition: string) => failVerdict(buildSummary(summaryInput()), [parseFailCondition(condition)!]);

  it('know every number of the summary', () => {
    const summary = buildSummary(summaryInput());
    const names = [...metricsOf(summary).keys()].filter(
      (name) => !/^(strategyParams|openPosition|booksAgree\.(ours|broker))/.test(name),
    );
    expect(names.filter((name) => !isMetric(name))).toEqual([]);
    expect(METRICS.filter((name) => !metricsOf(summary).has(name))).toEqual([]);
  });

  it('fail a run that meets them and pass one that does not', () => {
    expect(verdict('maxDrawdownPct>4.9').kind).toBe('failed');
    expect(verdict('maxDrawdownPct>5').kind).toBe('passed');
    expect(verdict('orders.denied>=1').kind).toBe('failed');
  });

  it('count a denial that did not occur as none', () => {
    expect(verdict('denials.MARGIN>0').kind).toBe('failed');
    expect(verdict('denials.SPREAD_TOO_WIDE>0').kind).toBe('passed');
  });
});
