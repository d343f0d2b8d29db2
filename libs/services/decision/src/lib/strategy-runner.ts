import { common, decision, wire, type prediction } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { Decimal, quantiseVolume, type Bar, type Instrument, type Timeframe } from '@trading/trading-market';
import { clientOrderId, decisionId } from '@trading/trading-orders';
import type { RateSource } from '@trading/trading-portfolio';
import {
  orderFor,
  STRATEGIES,
  type Intent,
  type Strategy,
  type StrategyDefinition,
  type StrategyOutput,
} from '@trading/trading-strategy';
import type { StrategyConfig } from './decision-config';

/** What a decision needs to know of the account. */
export interface AccountFacts {
  readonly positionLots: Decimal;
  readonly equity: Decimal | undefined;
  readonly currency: string;
  readonly instrument: Instrument | undefined;
  readonly rates: RateSource;
  /** What other accounts that get orders hold of the symbol, signed lots by account; one that is absent is not known. */
  readonly heldElsewhere: ReadonlyMap<string, Decimal>;
}

const NOT_ORDERED = { outcome: 'unknown', code: 'POSITION_UNKNOWN' } as const;

/** A strategy that the registry does not hold. */
export class StrategyUnknown extends Error {
  readonly code = 'STRATEGY_UNKNOWN';
  constructor(readonly strategy: string) {
    super(`There is no strategy ${strategy}; there are ${Object.keys(STRATEGIES).join(', ')}.`);
  }
}

/** Runs one strategy: a prediction in, a decision with its trace and its orders out. */
export class StrategyRunner {
  private readonly definition: StrategyDefinition;
  private strategy: Strategy;
  enabled = true;
  decisions = 0;
  lastWords = '';
  lastEventUs = 0;

  constructor(
    readonly config: StrategyConfig,
    private readonly runId: string,
  ) {
    const definition = STRATEGIES[config.name];
    if (definition === undefined) throw new StrategyUnknown(config.name);
    this.definition = definition;
    this.strategy = definition.create(config.parameters);
  }

  snapshot(): {
    readonly strategy: unknown;
    readonly decisions: number;
    readonly lastWords: string;
    readonly lastEventUs: number;
  } {
    return {
      strategy: this.strategy.snapshot(),
      decisions: this.decisions,
      lastWords: this.lastWords,
      lastEventUs: this.lastEventUs,
    };
  }

  restore(state: ReturnType<StrategyRunner['snapshot']> | undefined): void {
    this.strategy = this.definition.create(this.config.parameters, state?.strategy);
    this.decisions = state?.decisions ?? 0;
    this.lastWords = state?.lastWords ?? '';
    this.lastEventUs = state?.lastEventUs ?? 0;
  }

  /** Decides on a closed bar. The decision has a leg for each order that is to be submitted. */
  decide(made: prediction.Prediction, barrier: number, facts: AccountFacts): decision.Decision {
    const output = this.consult(made, facts);
    const id = decisionId({
      runId: this.runId,
      accountId: this.config.accountId,
      strategyId: this.config.strategyId,
      symbol: this.config.symbol,
      triggerSeq: made.barSeq,
    });
    const legs = this.enabled ? this.legs(id, output.intent, facts) : [];
    const words = this.enabled ? wordsOf(output.intent, legs, this.config.symbol) : 'The strategy is switched off.';
    this.decisions++;
    this.lastWords = words;
    this.lastEventUs = made.eventUs;
    return {
      decisionId: id,
      runId: this.runId,
      accountId: this.config.accountId,
      strategyId: this.config.strategyId,
      strategyName: this.definition.name,
      strategyVersion: this.definition.version,
      parameters: Object.fromEntries(Object.entries(this.config.parameters).map(([k, v]) => [k, String(v)])),
      triggerSeq: made.barSeq,
      barrier,
      eventUs: made.eventUs,
      prediction: made,
      positionBefore: facts.positionLots.toFixed(),
      equity: facts.equity?.toFixed(2) ?? '',
      intent: intentMessage(output.intent),
      sizing: output.sizing.map((step) => ({ ...step })),
      legs,
      hops: common.Hops.fromPartial({
        tickReceivedUs: made.tickReceivedUs,
        predictedUs: made.computedUs,
        decidedUs: systemClock.nowUs(),
      }),
      words,
    };
  }

  status(): decision.StrategyStatus {
    const { config, definition } = this;
    return {
      strategyId: config.strategyId,
      name: definition.name,
      version: definition.version,
      parameters: Object.fromEntries(Object.entries(config.parameters).map(([k, v]) => [k, String(v)])),
      accountIds: config.legs.map((leg) => leg.accountId),
      symbol: config.symbol,
      timeframe: config.timeframe,
      enabled: this.enabled,
      decisions: this.decisions,
      lastWords: this.lastWords,
      lastDecisionUs: this.lastEventUs,
      tradeFromUs: config.tradeFromUs,
    };
  }

  private consult(made: prediction.Prediction, facts: AccountFacts): StrategyOutput {
    const { instrument, equity } = facts;
    const bar = barOf(made);
    if (bar === undefined || instrument === undefined || equity === undefined) {
      return { intent: { kind: 'hold', reason: 'the account or the instrument is not known yet' }, sizing: [] };
    }
    const conversion = facts.rates.rate(instrument.profitCurrency, facts.currency);
    if (conversion === undefined) {
      return {
        intent: { kind: 'hold', reason: `no rate from ${instrument.profitCurrency} to ${facts.currency}` },
        sizing: [],
      };
    }
    const { probability, flags } = made;
    return this.strategy.onBar({
      bar,
      barSeq: made.barSeq,
      prediction: { flags, ...(probability === undefined ? {} : { probability }) },
      atr: made.atr,
      positionLots: facts.positionLots,
      equity,
      instrument,
      quote: { bid: made.lastBid, ask: made.lastAsk },
      conversion,
      tradeFromUs: this.config.tradeFromUs,
    });
  }

  private legs(id: string, intent: Intent, facts: AccountFacts): decision.Leg[] {
    if (intent.kind !== 'target' || facts.instrument === undefined) return [];
    const { instrument } = facts;
    return this.config.legs.flatMap(({ accountId, share }, leg): decision.Leg[] => {
      const coid = clientOrderId(id, leg);
      const isOwn = accountId === this.config.accountId;
      const held = isOwn ? facts.positionLots : facts.heldElsewhere.get(accountId);
      if (held === undefined) {
        const message = `What account ${accountId} holds could not be asked.`;
        return [{ leg, accountId, coid, order: undefined, ...NOT_ORDERED, message, checks: [] }];
      }
      const target = orderFor(shareOf(intent.targetLots, share, instrument), held, instrument);
      if (target === undefined) return [];
      const closes = intent.targetLots.isZero();
      const order = common.OrderRequest.fromPartial({
        coid,
        accountId,
        symbol: this.config.symbol,
        side: wire('SIDE', target.side),
        type: common.OrderType.MARKET,
        volumeLots: target.volumeLots.toFixed(),
        ...(closes || intent.stopLoss === undefined ? {} : { stopLoss: intent.stopLoss.toFixed() }),
        ...(closes || intent.takeProfit === undefined ? {} : { takeProfit: intent.takeProfit.toFixed() }),
        timeInForce: common.TimeInForce.IOC,
        origin: common.Origin.STRATEGY,
        decisionId: id,
        leg,
        strategyId: this.config.strategyId,
        magic: magicOf(this.config.strategyId),
        reduceOnly: target.reduceOnly,
      });
      return [{ leg, accountId, coid, order, outcome: '', code: '', message: '', checks: [] }];
    });
  }
}

/** A share of a signed volume, in whole steps towards nothing; less than the smallest volume is nothing. */
function shareOf(lots: Decimal, share: string, instrument: Instrument): Decimal {
  const size = quantiseVolume(instrument, lots.abs().times(share), 'down');
  if (size.lt(instrument.volumeMin)) return new Decimal(0);
  return lots.isNegative() ? size.negated() : size;
}

/** The magic number of a strategy's orders: stable, positive, 31 bits (FNV-1a). */
function magicOf(strategyId: string): string {
  let hash = 0x811c9dc5;
  for (const char of strategyId) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return String(hash >>> 1);
}

function barOf(made: prediction.Prediction): Bar | undefined {
  const { bar } = made;
  if (bar?.bid === undefined || bar.ask === undefined) return undefined;
  return { ...bar, timeframe: bar.timeframe as Timeframe, bid: bar.bid, ask: bar.ask };
}

function intentMessage(intent: Intent): decision.Intent {
  if (intent.kind === 'hold') return decision.Intent.fromPartial({ kind: 'hold', reason: intent.reason });
  return {
    kind: 'target',
    reason: intent.reason,
    targetLots: intent.targetLots.toFixed(),
    stopLoss: intent.stopLoss?.toFixed() ?? '',
    takeProfit: intent.takeProfit?.toFixed() ?? '',
    confidence: intent.confidence,
  };
}

function wordsOf(intent: Intent, legs: readonly decision.Leg[], symbol: string): string {
  const order = legs.find((leg) => leg.order !== undefined)?.order;
  if (order === undefined) return `Hold: ${intent.reason}`;
  const verb = order.side === common.Side.BUY ? 'Buy' : 'Sell';
  const stop = order.stopLoss === undefined ? '' : `, stop ${order.stopLoss}`;
  return `${verb} ${order.volumeLots} ${symbol}${stop}: ${intent.reason}`;
}
