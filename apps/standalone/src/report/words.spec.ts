import { banner, type BannerFacts } from './banner';
import { buildSummary } from './build-summary';
import { wantsColours } from './colours';
import { finalReport } from './final-report';
import { facts, summaryInput } from './spec-input';

const { options, model, tradeFromUs } = summaryInput();
const bannerFacts: BannerFacts = {
  options,
  data: facts,
  model,
  tradeFromUs,
  run: { number: 1, runId: 'run-0001', accountId: 'PAPER-1', resumed: false, previous: undefined },
  tradingState: 'ACTIVE',
  places: [
    ['HTTP', 'http://127.0.0.1:8180'],
    ['gRPC', '127.0.0.1:9190'],
  ],
  notes: [],
};

describe('the banner', () => {
  it('says the mode, the account and its state, the endpoints, where all is kept and what to try', () => {
    const text = banner(bannerFacts, false);
    for (const part of ['PAPER:', 'PAPER-1, ACTIVE, 10,000.00 USD, leverage 30', 'run-0001', '/kept', 'sp500.csv']) {
      expect(text).toContain(part);
    }
    for (const [what, where] of bannerFacts.places) expect(text).toMatch(new RegExp(`${what} +${where}`));
    expect(text).toContain('./trade explain last');
    expect(text).toContain('./trade halt --all');
    expect(text).toContain('10 bars of D1, 40 ticks');
  });

  it('says which model trades from when, and why', () => {
    expect(banner(bannerFacts, false)).toContain(
      'm/1, trained on data to 2009-12-31: orders start on 2010-01-01, on what it has not seen',
    );
    expect(banner({ ...bannerFacts, model: undefined }, false)).not.toContain('Model');
  });

  it('says how to trade again with an account that is halted', () => {
    expect(banner({ ...bannerFacts, tradingState: 'HALTED' }, false)).toMatch(
      /HALTED: no orders until \.\/trade resume PAPER-1/,
    );
  });

  it('says that a run was resumed, and what else there is to know', () => {
    const run = { ...bannerFacts.run, resumed: true };
    const text = banner({ ...bannerFacts, run, notes: ['Port 8180 is in use: HTTP is on 8181.'] }, false);
    expect(text).toMatch(/run-0001, resumed/);
    expect(text).toContain('Port 8180 is in use');
  });

  it('has colours only where they are wanted', () => {
    expect(banner(bannerFacts, false)).not.toContain('\u001b');
    expect(banner(bannerFacts, true)).toContain('\u001b[32mACTIVE');
    expect(wantsColours({ isTTY: true }, {})).toBe(true);
    expect(wantsColours({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColours({}, {})).toBe(false);
  });
});

describe('the final report', () => {
  const report = (part: Parameters<typeof summaryInput>[0] = {}, servesOn = true) =>
    finalReport(buildSummary(summaryInput(part)), { colours: false, servesOn });

  it('says what it rests on before it says what came of it', () => {
    const text = report();
    expect(text.indexOf('Assumptions')).toBeLessThan(text.indexOf('P&L'));
    for (const part of [
      '+55.00 USD',
      '5.00 %',
      '2, 50.0 % won',
      'MARGIN 1',
      'p50 500 µs, p99 1.3 ms',
      '/kept/runs/run-0001/trades.csv',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('2 submitted: 2 filled, 0 rejected, 0 unknown; 1 denied by risk');
  });

  it('says plainly that buy and hold did better', () => {
    expect(report()).toContain('The strategy lost against buy and hold by 945.00 USD.');
  });

  it('claims no edge where the strategy did better', () => {
    const text = report({ books: { ours: '12000', broker: '12000' } });
    expect(text).toContain('ended 1,000.00 USD above buy and hold, in this period and on these assumptions');
    expect(text).toContain('it shows no edge');
  });

  it('says that books differ and orders are unknown', () => {
    const orders = summaryInput().orders.map((each) => ({ ...each, state: 'ORDER_STATE_UNKNOWN' as const }));
    const text = report({ orders, books: { ours: '10055', broker: '10000' } });
    expect(text).toMatch(/books and the broker's differ by 55\.00 USD/);
    expect(text).toMatch(/3 orders have an unknown outcome/);
  });

  it('has words for a run without trades', () => {
    const text = report({ orders: [], trades: [], fills: [], benchmark: undefined }, false);
    expect(text).toMatch(/Trades +none/);
    expect(text).toMatch(/no orders/);
    expect(text).toMatch(/Denials +none/);
    expect(text).toContain('npm start');
    expect(text).not.toContain('Ctrl-C');
  });
});
