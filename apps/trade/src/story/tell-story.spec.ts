import { common, decision } from '@trading/contracts';
import { tellStory } from './tell-story';

const DAY_US = 86_400_000_000;
const START_US = 1_363_737_600_000_000;

const STORY = decision.ExplainResponse.fromPartial({
  decision: {
    decisionId: 'd1',
    runId: 'run-1',
    accountId: 'PAPER-1',
    strategyId: 'model-threshold',
    strategyName: 'model-threshold',
    strategyVersion: '1',
    parameters: { riskPct: '1', enter: '0.55' },
    eventUs: START_US + DAY_US,
    prediction: {
      barSeq: 7,
      bar: {
        symbol: 'US500',
        timeframe: 'D1',
        openTimeUs: START_US,
        closeTimeUs: START_US + DAY_US,
        bid: { open: 1548.34, high: 1561.56, low: 1548.34, close: 1558.71 },
        tickCount: 4,
      },
      modelName: 'us500',
      modelVersion: '3',
      featureNames: ['small', 'large', 'negative', 'none'],
      features: [0.01, 2.5, -7.25, NaN],
      probability: 0.5992,
      margin: 0.4023,
      flags: ['OUT_OF_RANGE'],
    },
    positionBefore: '-1.5',
    equity: '100000',
    intent: {
      kind: 'target',
      reason: 'the probability is high',
      targetLots: '2',
      stopLoss: '1489.2',
      confidence: 0.99,
    },
    sizing: [
      { name: 'method', value: 'volatility' },
      { name: 'riskMoney', value: '990' },
      { name: 'lots', value: '2' },
      { name: 'novel', value: '7' },
    ],
    legs: [
      {
        leg: 0,
        accountId: 'PAPER-1',
        coid: 'c1',
        outcome: 'denied',
        code: 'MARGIN_INSUFFICIENT',
        message: 'Not enough margin.',
        checks: [
          { code: 'QUOTE_STALE', passed: true, observed: '1', limit: '120000', message: 'Passed.' },
          { code: 'MARGIN_INSUFFICIENT', passed: false, observed: '5', limit: '10', message: 'Not enough margin.' },
        ],
      },
    ],
    words: 'Buy 3.5 US500',
  },
  orders: [
    {
      request: {
        coid: 'c1',
        symbol: 'US500',
        side: common.Side.BUY,
        type: common.OrderType.MARKET,
        volumeLots: '3.5',
        reduceOnly: true,
      },
      state: common.OrderState.FILLED,
      filledLots: '3.5',
      averagePrice: '1559.01',
      hops: { tickReceivedUs: 1_000_000, decidedUs: 1_000_250, riskCheckedUs: 1_003_250 },
    },
  ],
  fills: [
    {
      fillId: '44',
      symbol: 'US500',
      side: common.Side.BUY,
      volumeLots: '3.5',
      price: '1559.01',
      commission: '-2.5',
      timeUs: START_US + DAY_US + 250_000,
      reason: 'sl',
    },
  ],
  events: [
    { seq: 4, coid: 'c1', kind: 'ORDER_EVENT_KIND_SUBMITTED', cause: 'submit:c1', timeUs: START_US + DAY_US },
    {
      ...{ seq: 5, coid: 'c1', kind: 'ORDER_EVENT_KIND_UNKNOWN', cause: 'restart:c1:s2', timeUs: START_US + DAY_US },
      ...{ code: 'RESTARTED', message: 'The session ended before the outcome was known.' },
    },
    {
      ...{ seq: 7, coid: 'c1', kind: 'ORDER_EVENT_KIND_FILLED', cause: 'trade:j:9', timeUs: START_US + DAY_US },
      ...{ fill: { fillId: '44', volumeLots: '3.5', price: '1559.01' }, brokerTicket: '12' },
    },
  ],
});

describe('the story of a decision', () => {
  const told = tellStory(STORY);

  it('goes from the bar to the fills in the order in which it happened', () => {
    const titles = told.split('\n').filter((line) => /^\S/.test(line));
    expect(titles).toEqual([
      'Decision d1',
      'PAPER-1, US500 D1, 2013-03-21, run run-1',
      'Buy 3.5 US500',
      'Bar 7',
      'Features',
      'Model us500 3',
      'Strategy model-threshold 1 (model-threshold)',
      'Before',
      'Intent',
      'Sizing',
      'Risk, leg 0 on PAPER-1, order c1',
      'Order c1',
      'What happened to c1',
      'Fills',
      'Times of c1, wall clock',
    ]);
  });

  it('tells the life of an order event by event, with what a restart made of it', () => {
    expect(told).toMatch(/^ {2}#4 .*SUBMITTED +by us$/m);
    expect(told).toMatch(
      /^ {2}#5 .*UNKNOWN +by a restart +RESTARTED: The session ended before the outcome was known\.$/m,
    );
    expect(told).toMatch(/^ {2}#7 .*FILLED +by the terminal +3\.5 at 1559\.01, deal 44, ticket 12$/m);
  });

  it('ranks features by magnitude, those that are no number last', () => {
    const [, ...names] = /Features\n((?: {2}.+\n)+)/.exec(told)?.[1]?.match(/^ {2}(\w+)/gm) ?? [];
    expect(told).toMatch(/Features\n {2}negative/);
    expect(names.map((name) => name.trim())).toEqual(['large', 'small', 'none']);
  });

  it('shows the sizing arithmetic, and steps that it does not know by their value', () => {
    expect(told).toMatch(/riskMoney +990 +=.*equity × riskPct \/ 100 × confidence/);
    expect(told).toMatch(/lots +2 +=.*the smaller of lotsByRisk and lotsByLeverage/);
    expect(told).toMatch(/novel +7$/m);
  });

  it('marks each check, with what was observed and the limit', () => {
    expect(told).toContain('denied: MARGIN_INSUFFICIENT: Not enough margin. (1 of 2 checks passed)');
    expect(told).toContain('✓ QUOTE_STALE: observed 1, limit 120000\n');
    expect(told).toContain('✗ MARGIN_INSUFFICIENT: observed 5, limit 10. Not enough margin.');
  });

  it('tells order and fill with prices, costs and the broker as the cause', () => {
    expect(told).toMatch(/what +BUY 3.5 US500, MARKET, may only reduce/);
    expect(told).toMatch(/filled +3.5 lots at 1559.01/);
    expect(told).toContain(
      '2013-03-21 00:00:00.25 UTC  BUY 3.5 US500 at 1559.01, deal 44; commission -2.5, by the broker: sl',
    );
  });

  it('gives each hop the time since the one before and since the tick', () => {
    expect(told).toMatch(/decided +\+250 µs +250 µs in all/);
    expect(told).toMatch(/risk checked +\+3\.0 ms +3\.3 ms in all/);
    expect(told).not.toContain('terminal answered');
  });

  it('tells of an order that no decision of ours led to', () => {
    const text = tellStory({ ...STORY, decision: undefined });
    expect(text).toMatch(/^No decision of ours led to this\.\n\nOrder c1/);
  });
});
