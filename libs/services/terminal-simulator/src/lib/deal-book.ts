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

interface Mt5Position {
  /** Its identifier, as it is told. */
  readonly told: string;
  /** The comment that it got from the order that opened it. */
  readonly tag: string;
}

/** MetaTrader 5: deals and positions have tickets of their own. */
export class Mt5DealBook implements DealBook {
  private readonly positions = new Map<string, Mt5Position>();
  /** By identifier as told, the broker's own, where the two differ. */
  private readonly identifiers = new Map<string, string>();

  constructor(private readonly told: ToldOrders) {}

  take({ orderTicket, positionId, coid, tag }: Deal): void {
    if (this.positions.has(positionId)) return;
    const isOfStandIn = positionId === orderTicket && this.told.isStandIn(coid);
    const told = isOfStandIn ? this.told.orderTicket(coid, orderTicket) : positionId;
    this.positions.set(positionId, { told, tag: this.told.tag(coid, tag) });
    if (isOfStandIn) this.identifiers.set(told, positionId);
  }

  names({ dealTicket, orderTicket, positionId, coid, magic, tag, by }: Deal): DealNames {
    return {
      deal: dealTicket,
      order: this.told.orderTicket(coid, orderTicket),
      position: this.toldPosition(positionId),
      coid: this.told.coid(coid, magic, tag),
      tag: this.told.tag(coid, tag),
      magic,
      ...(by !== undefined && { by: this.toldPosition(by) }),
    };
  }

  positionNames(positionId: string, magic: string, tag: string): PositionNames {
    return { position: this.toldPosition(positionId), magic, tag: this.positions.get(positionId)?.tag ?? tag };
  }

  brokerPosition(told: string): string {
    return this.identifiers.get(told) ?? told;
  }

  private toldPosition(positionId: string): string {
    return this.positions.get(positionId)?.told ?? positionId;
  }
}
