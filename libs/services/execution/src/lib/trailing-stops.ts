import { Decimal, type Instrument } from '@trading/trading-market';
import type { PositionView } from '@trading/trading-portfolio';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import type { LastQuote, Trailing } from './account-books';
import { LeaseLost } from './account-lease';
import type { ExecutionStage } from './execution-stage';
import type { OrderCommands } from './order-commands';

/**
 * Where a stop that follows the price is to be now; undefined: where it is. It only tightens, by whole ticks, by at least
 * the step, from the profit on that activates it, and never nearer to the market than the broker takes.
 */
export function trailedStop(
  held: PositionView,
  quote: LastQuote,
  trailing: Pick<Trailing, 'distance' | 'step' | 'activation'>,
  instrument: Pick<Instrument, 'tickSize' | 'digits' | 'stopsLevelPoints'>,
): string | undefined {
  if (held.lots.isZero() || quote.bid > quote.ask) return undefined;
  const isLong = held.lots.isPositive();
  const sign = isLong ? 1 : -1;
  const market = new Decimal(isLong ? quote.bid : quote.ask);
  const profit = market.minus(held.averagePrice).mul(sign);
  if (trailing.activation !== '' && profit.lt(trailing.activation)) return undefined;
  const tick = new Decimal(instrument.tickSize);
  const nearest = tick.mul(instrument.stopsLevelPoints);
  const distance = Decimal.max(trailing.distance, nearest);
  // Away from the market: a stop that is rounded towards it could be refused.
  const raw = market.minus(distance.mul(sign)).div(tick);
  const stop = (isLong ? raw.floor() : raw.ceil()).mul(tick);
  if (stop.lte(0)) return undefined;
  const text = stop.toFixed(instrument.digits);
  if (held.stopLoss === undefined) return text;
  const gain = stop.minus(held.stopLoss).mul(sign);
  const step = Decimal.max(trailing.step === '' ? 0 : trailing.step, tick);
  return gain.gte(step) ? text : undefined;
}

/** Moves the stops of positions after the price, one move of a position at a time. */
export class TrailingStops {
  private readonly lastMs = new Map<string, number>();

  constructor(
    private readonly commands: OrderCommands,
    private readonly logger: Logger,
    private readonly monotonicMs: () => number,
    /** Between two moves of one position; in simulated time barriers set the pace. */
    private readonly leastMs: number,
  ) {}

  async follow(stage: ExecutionStage, { inStep }: { readonly inStep: boolean }): Promise<void> {
    const { writer } = stage;
    const { books } = writer;
    for (const [key, trailing] of books.trailingStops()) {
      const held = books.position(key);
      const [quote, instrument] = [books.quote(held.symbol), books.instrument(held.symbol)];
      if (quote === undefined || instrument === undefined) continue;
      const stopLoss = trailedStop(held, quote, trailing, instrument);
      if (stopLoss === undefined || this.isTooSoon(`${writer.accountId}|${key}`, inStep)) continue;
      if ([...writer.pending.values()].some((command) => command.positionKey === key)) continue;
      // Named by where it goes: the same move is made once, also by who begins again.
      const requestId = `trail-${trailing.coid}-${stopLoss}`.slice(0, 64);
      const wanted = { requestId, coid: trailing.coid, symbol: held.symbol, positionKey: key, changes: { stopLoss } };
      await this.commands.modify(stage, { ...wanted, inStep }).catch((error: unknown) => {
        if (error instanceof LeaseLost || !(error instanceof RpcError)) throw error;
        this.logger.warn({ accountId: writer.accountId, position: key, error: error.message }, 'A stop was not moved.');
      });
    }
  }

  private isTooSoon(name: string, inStep: boolean): boolean {
    if (inStep) return false;
    const now = this.monotonicMs();
    if (now - (this.lastMs.get(name) ?? -Infinity) < this.leastMs) return true;
    this.lastMs.set(name, now);
    return false;
  }
}
