import type { execution } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import { remainingLots } from '@trading/trading-orders';
import type { AccountWriter } from './account-writer';
import type { OrderRecord } from './order-record';

/** What keeps an account from being flat. */
export interface Left {
  readonly isFlat: boolean;
  /** Working orders that wait for their price and that nobody is cancelling. */
  readonly entries: readonly string[];
  /** Positions of which something is closed by no order yet, and how much that is. */
  readonly closable: readonly { readonly position: execution.Position; readonly volumeLots: string }[];
  /** Orders that close something, and have not ended. */
  readonly closing: readonly execution.Order[];
  readonly words: string;
}

/** To be called within the writer's `exclusive`. */
export function leftOf(writer: AccountWriter, timeUs: number): Left {
  const positions = writer.books.positions(writer.lastSeq, timeUs);
  const working = writer.working();
  // Market orders are filled or refused by the time that a cancel arrives.
  const entries = working
    .filter(({ view }) => view.request.type !== 'MARKET' && view.pendingCommand !== 'cancel')
    .map(({ view }) => view.request.coid);
  const closable = positions.flatMap((position) => {
    const closing = working
      .filter((record) => closes(record, position, writer))
      .reduce((sum, { view }) => sum.plus(remainingLots(view)), new Decimal(0));
    const free = new Decimal(position.volumeLots).abs().minus(closing);
    return free.gt(0) ? [{ position, volumeLots: free.toFixed() }] : [];
  });
  const closing = working.filter(({ view }) => view.request.reduceOnly).map(({ order }) => order);
  const held = positions.map(({ symbol, volumeLots }) => `${volumeLots} ${symbol}`).join(', ');
  return {
    isFlat: positions.length === 0 && working.length === 0,
    ...{ entries, closable, closing },
    words: `Held: ${held === '' ? 'nothing' : held}; orders that have not ended: ${working.length}.`,
  };
}

/**
 * Whether a working order may take from a position: of a netting account every order against it, whether it promised to
 * reduce or not; of a hedging account those that name it.
 */
function closes({ view, order }: OrderRecord, position: execution.Position, writer: AccountWriter): boolean {
  const { symbol, side, reduceOnly } = view.request;
  if (!writer.books.isHedging) {
    const against = position.volumeLots.startsWith('-') ? 'BUY' : 'SELL';
    return symbol === position.symbol && side === against;
  }
  const { positionId = '', closeByPositionId = '' } = order.request ?? {};
  return reduceOnly && (positionId === position.positionId || closeByPositionId === position.positionId);
}
