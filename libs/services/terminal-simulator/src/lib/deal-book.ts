import type { terminal } from '@trading/contracts';
import type { Deal } from '@trading/trading-simulation';
import type { ToldOrders } from './told-orders';

/** What the terminal shows of a deal beyond what the broker dealt. */
export type DealNames = Pick<terminal.TradeEventFrame, 'deal' | 'order' | 'position' | 'coid' | 'tag' | 'magic' | 'by'>;
export type PositionNames = Pick<DealNames, 'position' | 'tag' | 'magic'>;

/** What a terminal calls a broker's deals and positions. */
export interface DealBook {
  /** Takes the broker's deals in their order, each once. */
  take(deal: Deal): void;
  /** Of a deal that was taken. */
  names(deal: Deal): DealNames;
  /** Of an open position. */
  positionNames(positionId: string, magic: string, tag: string): PositionNames;
  /** The broker's own identifier of a position that was told. */
  brokerPosition(told: string): string;
}

/** MetaTrader 5: deals and positions have tickets of their own. */
export class Mt5DealBook implements DealBook {
  constructor(private readonly told: ToldOrders) {}

  take(): void {
    // The broker's own words are told.
  }

  names({ dealTicket, orderTicket, positionId, coid, magic, tag, by }: Deal): DealNames {
    return {
      deal: dealTicket,
      order: this.told.orderTicket(coid, orderTicket),
      position: positionId,
      coid: this.told.coid(coid, magic, tag),
      tag: this.told.tag(coid, tag),
      magic,
      ...(by !== undefined && { by }),
    };
  }

  positionNames(position: string, magic: string, tag: string): PositionNames {
    return { position, magic, tag };
  }

  brokerPosition(told: string): string {
    return told;
  }
}
