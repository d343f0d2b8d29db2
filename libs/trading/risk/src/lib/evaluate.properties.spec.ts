import { Decimal, standardInstrument, type Instrument } from '@trading/trading-market';
import * as fc from 'fast-check';
import { evaluateOrder } from './evaluate';
import { UNSET_LIMITS } from './limits';
import type { Reservation, RiskInput } from './risk-input';
import { NOW_US, riskInput } from './testing/risk-input-of';

fc.configureGlobal({ seed: 42, numRuns: 1000 });

const OTHER = standardInstrument('US500');
const side = fc.constantFrom('BUY' as const, 'SELL' as const);
const centilots = (max: number): fc.Arbitrary<Decimal> =>
  fc.integer({ min: 1, max }).map((n) => new Decimal(n).div(100));
const limit = (max: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.integer({ min: 1, max }).map(String) },
  );
const count = (max: number): fc.Arbitrary<number> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max }) });

const reservation = fc.record({
  symbol: fc.constantFrom('EURUSD', 'US500'),
  side,
  lots: centilots(300),
  reduceOnly: fc.boolean(),
  lossAtStop: fc.integer({ min: 0, max: 300 }).map((n) => new Decimal(n)),
});

const limits = fc.record({
  maxSpreadPoints: limit(30),
  priceCollarPct: limit(20),
  stopLossRequired: fc.boolean(),
  maxRiskPerTradePct: limit(30),
  maxOrderLots: limit(5),
  maxOrderNotional: limit(600_000),
  maxPositionLots: limit(8),
  maxGrossExposure: limit(900_000),
  maxNetExposure: limit(900_000),
  maxOpenPositions: count(2),
  maxOpenOrders: count(5),
  minFreeMarginPct: limit(60),
});

/** Any order in any book; about one in six is approved. */
const anyInput: fc.Arbitrary<RiskInput> = fc
  .record({
    side,
    volumeLots: centilots(300),
    stopPips: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined, freq: 1 }),
    reduceOnly: fc.boolean(),
    origin: fc.constantFrom('STRATEGY' as const, 'OPERATOR' as const),
    tradingState: fc.constantFrom('ACTIVE' as const, 'ACTIVE' as const, 'REDUCING' as const, 'HALTED' as const),
    held: fc.integer({ min: -500, max: 500 }).map((n) => new Decimal(n).div(100)),
    spread: fc.integer({ min: 0, max: 40 }),
    freeMargin: fc.integer({ min: 10_000, max: 90_000 }),
    floor: fc.integer({ min: 30_000, max: 50_000 }),
    openOrders: fc.integer({ min: 0, max: 5 }),
    reservations: fc.array(reservation, { maxLength: 3 }),
    limits,
  })
  .map((c) => {
    const stop =
      c.stopPips === undefined
        ? undefined
        : new Decimal(c.side === 'BUY' ? 11_000 - c.stopPips : 11_000 + c.stopPips + c.spread).div(10_000);
    return riskInput({
      bare: true,
      order: {
        side: c.side,
        volumeLots: c.volumeLots,
        reduceOnly: c.reduceOnly,
        origin: c.origin,
        ...(stop && { stopLoss: stop }),
      },
      account: { equity: new Decimal(50_000), freeMargin: new Decimal(c.freeMargin) },
      quote: { bid: 1.1, ask: new Decimal('1.1').plus(new Decimal(c.spread).div(100_000)).toNumber() },
      limits: { ...UNSET_LIMITS, ...c.limits },
      position: { lots: c.held },
      reservations: c.reservations.map((r) => ({ ...r, price: new Decimal(r.symbol === 'US500' ? 4000 : 1.1) })),
      anchors: [{ floor: new Decimal(c.floor) }],
      input: {
        tradingState: c.tradingState,
        openOrders: c.openOrders,
        instrumentOf: (symbol): Instrument | undefined => (symbol === 'US500' ? OTHER : undefined),
      },
    });
  });

const signed = (order: { side: 'BUY' | 'SELL' }, lots: Decimal): Decimal => (order.side === 'BUY' ? lots : lots.neg());

/** All subsets of what may fill: the honest, slow way to a worst case. */
function outcomes(start: Decimal, moves: readonly Decimal[]): Decimal[] {
  return moves.reduce<Decimal[]>((all, move) => [...all, ...all.map((lots) => lots.plus(move))], [start]);
}

function entriesOf(input: RiskInput, symbol: string): Reservation[] {
  return input.reservations.filter((r) => r.symbol === symbol && !r.reduceOnly);
}

describe('for any order in any book', () => {
  it('approves and denies, so that the properties below say something', () => {
    const kinds = fc.sample(anyInput, 1000).map((input) => evaluateOrder(input).kind);
    expect(kinds.filter((kind) => kind === 'approved').length).toBeGreaterThan(100);
    expect(kinds.filter((kind) => kind === 'denied').length).toBeGreaterThan(100);
  });

  it('a reduction never flips the position, whatever else fills before it', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        if (!input.order.reduceOnly || evaluateOrder(input).kind !== 'approved') return;
        const held = input.positions.get('EURUSD')!.lots;
        const closing = input.reservations.filter((r) => r.symbol === 'EURUSD' && r.side === input.order.side);
        const moves = [...closing.map((r) => signed(r, r.lots)), signed(input.order, input.order.volumeLots)];
        for (const lots of outcomes(held, moves)) {
          expect(lots.isZero() || lots.isPositive() === held.isPositive()).toBe(true);
          expect(lots.abs().lte(held.abs())).toBe(true);
        }
      }),
    );
  });

  it('HALTED lets only reductions of operators through, REDUCING only reductions', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        if (evaluateOrder(input).kind !== 'approved') return;
        if (input.tradingState !== 'ACTIVE') expect(input.order.reduceOnly).toBe(true);
        if (input.tradingState === 'HALTED') expect(input.order.origin).toBe('OPERATOR');
      }),
    );
  });

  it('never approves an entry beyond a limit, reckoned independently over every subset of fills', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const verdict = evaluateOrder(input);
        if (verdict.kind !== 'approved' || input.order.reduceOnly) return;
        const { order } = input;
        const l = input.limits!;
        const within = (observed: Decimal | number, most: string | number): void => {
          if (most !== '' && most !== 0) expect(new Decimal(observed).lte(most)).toBe(true);
        };
        const ask = input.quote!.ask;
        const at = order.side === 'BUY' ? ask : 1.1;
        within(new Decimal(ask).minus('1.1').mul(100_000), l.maxSpreadPoints);
        within(order.volumeLots, l.maxOrderLots);
        within(order.volumeLots.mul(100_000).mul(at), l.maxOrderNotional);

        const eur = outcomes(input.positions.get('EURUSD')!.lots, [
          ...entriesOf(input, 'EURUSD').map((r) => signed(r, r.lots)),
          signed(order, order.volumeLots),
        ]);
        const spx = outcomes(
          new Decimal(0),
          entriesOf(input, 'US500').map((r) => signed(r, r.lots)),
        );
        within(Decimal.max(...eur.map((lots) => lots.abs())), l.maxPositionLots);
        for (const a of eur) {
          for (const b of spx) {
            const values = [a.mul(100_000).mul(at), b.mul(4000)];
            within(values[0]!.abs().plus(values[1]!.abs()), l.maxGrossExposure);
            within(values[0]!.plus(values[1]!).abs(), l.maxNetExposure);
            const extra = Decimal.max(0, a.abs().minus(input.positions.get('EURUSD')!.lots.abs()))
              .mul(100_000)
              .mul(at)
              .plus(b.abs().mul(4000));
            const left = input.account!.freeMargin.minus(extra.div(30));
            expect(left.gte(new Decimal(l.minFreeMarginPct === '' ? 0 : l.minFreeMarginPct).mul(500))).toBe(true);
          }
        }
        within(
          new Set([
            ...(eur.some((lots) => !lots.isZero()) ? ['EURUSD'] : []),
            ...entriesOf(input, 'US500').map((r) => r.symbol),
          ]).size,
          l.maxOpenPositions,
        );
        within(input.openOrders + 1, l.maxOpenOrders);

        if (l.stopLossRequired || l.maxRiskPerTradePct !== '') expect(order.stopLoss).toBeDefined();
        const after = input.positions.get('EURUSD')!.lots.plus(signed(order, order.volumeLots));
        const opened =
          after.isPositive() === (order.side === 'BUY') ? Decimal.min(after.abs(), order.volumeLots) : new Decimal(0);
        const loss = order.stopLoss
          ? new Decimal(at).minus(order.stopLoss).abs().mul(opened).mul(100_000)
          : new Decimal(0);
        within(loss, l.maxRiskPerTradePct === '' ? '' : Number(l.maxRiskPerTradePct) * 500);
        const reserved = input.reservations
          .filter((r) => !r.reduceOnly)
          .reduce((sum, r) => sum.plus(r.lossAtStop!), new Decimal(0));
        expect(new Decimal(50_000).minus(reserved).minus(loss).gte(input.anchors[0]!.floor)).toBe(true);
      }),
    );
  });

  it('the worst price is on tick, within the collar, and not better than the market', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const verdict = evaluateOrder(input);
        if (verdict.kind !== 'approved') return;
        const buys = input.order.side === 'BUY';
        const market = new Decimal(buys ? input.quote!.ask : input.quote!.bid);
        const collar = new Decimal(input.limits!.priceCollarPct === '' ? 10 : input.limits!.priceCollarPct).div(100);
        const beyond = buys ? verdict.worstPrice.minus(market) : market.minus(verdict.worstPrice);
        expect(verdict.worstPrice.mod('0.00001').isZero()).toBe(true);
        expect(beyond.gte(0) && beyond.lte(market.mul(collar))).toBe(true);
      }),
    );
  });

  it('denies whatever input is missing or old', () => {
    const gone: readonly ((input: RiskInput) => RiskInput)[] = [
      (input) => ({ ...input, tradingState: undefined }),
      (input) => ({ ...input, account: undefined }),
      (input) => ({ ...input, instrument: undefined }),
      (input) => ({ ...input, quote: undefined }),
      (input) => ({ ...input, limits: undefined }),
      (input) => ({ ...input, rates: { rate: () => undefined } }),
      (input) => ({ ...input, account: { ...input.account!, asOfUs: 0 } }),
      (input) => ({
        ...input,
        limits: { ...input.limits!, maxQuoteAgeMs: 1000 },
        quote: { ...input.quote!, timeUs: NOW_US - 1_000_001 },
      }),
    ];
    fc.assert(
      fc.property(anyInput, fc.constantFrom(...gone), (input, without) => {
        expect(evaluateOrder(without(input)).kind).toBe('denied');
      }),
    );
  });

  it('gives the same verdict twice', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(JSON.stringify(evaluateOrder(input))).toBe(JSON.stringify(evaluateOrder(input)));
      }),
      { numRuns: 100 },
    );
  });
});
