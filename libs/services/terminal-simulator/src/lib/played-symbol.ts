import type { Instrument } from '@trading/trading-market';
import { TickColumns } from './tick-columns';
import type { TickFeed } from './tick-feed';

/** A symbol while it is played. */
export class PlayedSymbol {
  readonly columns: TickColumns;
  /** Ticks played so far. */
  tickCount = 0;
  /** The broker was told that no quote will come any more. */
  isClosed = false;

  constructor(
    readonly instrument: Instrument,
    readonly feed: TickFeed,
  ) {
    this.columns = new TickColumns(instrument);
  }
}
