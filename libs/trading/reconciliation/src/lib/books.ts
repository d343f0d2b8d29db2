import type { OrderState, OrderType, Side } from '@trading/trading-orders';

/** What is known of an order's outcome besides the broker's own lists. */
export interface Doubt {
  /** How many comparisons have looked for it in vain, each when it could not be on its way any more. */
  readonly absences: number;
  /** `refuses`: the terminal's journal does not know it and refuses it for ever; `holds`: it has it, without an end. */
  readonly journal?: 'refuses' | 'holds';
}

/** One of our orders. Volumes and prices are decimal strings; `''` is none. */
export interface BookedOrder {
  readonly coid: string;
  /** The comment that it carries at the broker. */
  readonly tag: string;
  /** `''` and `0`: none. */
  readonly magic: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly volumeLots: string;
  readonly filledLots: string;
  readonly state: OrderState;
  readonly ambiguous: boolean;
  readonly brokerTicket: string;
  readonly price: string;
  readonly stopLimitPrice: string;
  readonly stopLoss: string;
  readonly takeProfit: string;
  readonly createdUs: number;
  /** After this it can not be sent any more. */
  readonly notAfterUs: number;
  /** Of UNKNOWN. */
  readonly doubt?: Doubt;
}

export interface BookedDeal {
  readonly dealTicket: string;
  readonly coid: string;
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: string;
  readonly price: string;
  readonly timeUs: number;
  /** Made by taking the broker's word over: its history has no such deal. */
  readonly isAdopted: boolean;
}

export interface BookedPosition {
  /** Symbol (netting) or position identifier (hedging). */
  readonly key: string;
  readonly symbol: string;
  /** Signed: short is negative. */
  readonly lots: string;
  readonly averagePrice: string;
  readonly stopLoss: string;
  readonly takeProfit: string;
}

/** Our side of the comparison: one account as booked. */
export interface Books {
  readonly accountId: string;
  readonly platform: 'MT4' | 'MT5';
  readonly marginMode: 'NETTING' | 'HEDGING';
  /** Whether what a human does in the terminal is a difference, or simply taken over. */
  readonly externalOrders: 'halt' | 'adopt';
  /** When the books began: what the broker did until then is in their opening balance. */
  readonly openedUs: number;
  /** All that are not over, and those that ended within the compared time. */
  readonly orders: readonly BookedOrder[];
  /** Those of the compared time. */
  readonly deals: readonly BookedDeal[];
  /** Open ones. */
  readonly positions: readonly BookedPosition[];
  /** Sum of the ledger. */
  readonly cash: string;
  /** Deal tickets of cash movements that are booked. */
  readonly cashTickets: readonly string[];
  /** Tick size by symbol. */
  readonly tickSizes: Readonly<Record<string, string>>;
}
