import { prediction as contract, type common, type gateway, type prediction } from '@trading/contracts';
import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { FEATURE_SCHEMA } from '@trading/trading-features';
import { BarBuilder } from '@trading/trading-market';
import { MINUTE_US, PredictionFixture, SERIES } from '../testing/prediction-fixture';
import { PREDICTION_MIGRATIONS } from './prediction-migrations';

const WARM = FEATURE_SCHEMA.warmUpBars;

/** The history of a terminal that has seen these minutes, the last of them as far as its first tick. */
class History {
  readonly asked: gateway.GetHistoryRequest[] = [];
  knowsAsks = true;
  constructor(private readonly minutes: number) {}

  bars(): common.Bar[] {
    const builder = new BarBuilder(SERIES.symbol, SERIES.timeframe);
    const bars: common.Bar[] = [];
    for (let n = 1; n <= this.minutes; n++) {
      const { timeUs, bid, ask } = PredictionFixture.ticks(n, n === this.minutes ? [0] : undefined);
      timeUs.forEach((time, i) => {
        const bar = builder.onTick(time, bid[i] ?? 0, ask[i] ?? 0);
        if (bar !== undefined) bars.push(bar);
      });
    }
    const { building } = builder.snapshot();
    if (building !== null) {
      bars.push({ ...SERIES, closeTimeUs: building.openTimeUs + MINUTE_US, ...building });
    }
    return this.knowsAsks ? bars : bars.map((bar) => ({ ...bar, ask: undefined }));
  }

  getHistory = (request: gateway.GetHistoryRequest): Promise<gateway.GetHistoryResponse> => {
    this.asked.push(request);
    const within = this.bars().filter(({ openTimeUs: at }) => at >= request.fromUs && at < request.toUs);
    return Promise.resolve({ bars: within.slice(0, request.limit) });
  };
}

describe('a live series', () => {
  let created: TestDatabase;
  let database: Database;
  const systems: PredictionFixture[] = [];

  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'prediction', migrations: PREDICTION_MIGRATIONS });
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await created.drop();
  });
  afterEach(async () => {
    for (const system of systems.splice(0)) await system.stop();
  });

  const start = async (history?: Pick<History, 'getHistory'>) => {
    const system = await PredictionFixture.start(database, undefined, undefined, history);
    systems.push(system);
    return system;
  };
  /** Bytes of predictions, without the times of the machine. */
  const bytesOf = (made: readonly prediction.Prediction[]) =>
    made.map((one) => Buffer.from(contract.Prediction.encode({ ...one, computedUs: 0, tickReceivedUs: 0 }).finish()));
  const LAST = WARM + 20;
  const AT = WARM + 10;
  const uninterrupted = async () => {
    const one = await start();
    await one.begin(0, false);
    for (let n = 1; n <= LAST; n++) await one.tick(n);
    return one;
  };
  /** Stopped after bar `stored`, and started in the middle of minute `AT`, after its first tick. */
  const restarted = async (before: PredictionFixture, stored: number, history: Pick<History, 'getHistory'>) => {
    const one = await start(history);
    one.written.push(...before.written.filter(({ columns }) => (columns.seq[0] ?? 0) <= stored));
    one.nowUs = AT * MINUTE_US - 1;
    await one.begin(0, false);
    await one.tick(AT, [1, 2]);
    for (let n = AT + 1; n <= LAST; n++) await one.tick(n);
    return one;
  };

  it('predicts after a restart what it would have predicted without one, to the last bit', async () => {
    const whole = await uninterrupted();
    const one = await restarted(whole, AT - 4, new History(AT));
    const expected = whole.made.filter(({ barSeq }) => barSeq >= AT);
    expect(expected).toHaveLength(LAST - AT);
    expect(expected[0]?.probability).toBeDefined();
    expect(bytesOf(one.made)).toEqual(bytesOf(expected));
  });

  it('keeps the bars that it missed under the numbers that they would have had, and predicts nothing of them', async () => {
    const whole = await uninterrupted();
    const one = await restarted(whole, AT - 4, new History(AT));
    const rows = (system: PredictionFixture) =>
      system.written.filter(({ measurement }) => measurement === 'bar').map(({ columns }) => columns);
    expect(rows(one)).toEqual(rows(whole));
    expect(one.made[0]?.bar?.openTimeUs).toBe((AT - 1) * MINUTE_US);
  });

  it('goes on likewise when its terminal was away for some minutes', async () => {
    const history = new History(AT);
    let isPast = true;
    const nothing = Promise.resolve({ bars: [] });
    const one = await start({ getHistory: (request) => (isPast ? nothing : history.getHistory(request)) });
    await one.begin(0, false);
    isPast = false;
    for (let n = 1; n <= AT - 5; n++) await one.tick(n);
    one.nowUs = AT * MINUTE_US - 1;
    await one.begin(0, false);
    await one.tick(AT, [1, 2]);
    for (let n = AT + 1; n <= LAST; n++) await one.tick(n);
    const whole = await uninterrupted();
    const after = one.made.filter(({ bar }) => (bar?.openTimeUs ?? 0) >= (AT - 1) * MINUTE_US);
    expect(bytesOf(after)).toEqual(bytesOf(whole.made.filter(({ barSeq }) => barSeq >= AT)));
  });

  it('has the same features where its terminal knows bids only; the one bar that grew takes the spread of now', async () => {
    const whole = await uninterrupted();
    const history = new History(AT);
    history.knowsAsks = false;
    const one = await restarted(whole, AT - 1, history);
    expect(bytesOf(one.made)).toEqual(bytesOf(whole.made.filter(({ barSeq }) => barSeq >= AT)));
  });

  it('looks further back where markets slept', async () => {
    const history = new History(AT);
    const one = await start(history);
    one.nowUs = AT * MINUTE_US + 3 * 86_400_000_000;
    await one.begin(0, false);
    await one.tick(AT, [1, 2]);
    await one.tick(LAST);
    expect(history.asked.length).toBeGreaterThan(1);
    expect(one.made.map(({ flags }) => flags)).toEqual([[]]);
  });

  it('begins cold, and says so, where its past cannot be had', async () => {
    const one = await start({ getHistory: () => Promise.reject(new Error('the terminal is away')) });
    await one.begin(0, false);
    for (let n = 1; n <= 3; n++) await one.tick(n);
    expect(one.made.map(({ flags, barSeq }) => [barSeq, flags])).toEqual([
      [1, ['WARMING_UP']],
      [2, ['WARMING_UP']],
    ]);
    expect(one.log.entries).toMatchObject([{ level: 'warn' }]);
  });
});
