import type { terminal } from '@trading/contracts';
import type { PaperBooks } from './paper-books';
import { accountFrame, cashFrame, endedFrame, positionFrame, tradeFrame, workingFrame } from './paper-frames';
import { contentHash, type PaperRecord } from './paper-record';

/** Deals that a snapshot holds at most, the newest. */
const SNAPSHOT_DEALS = 1_000;

/** What becomes of a command: an answer alone, or a record to be played and kept before it is answered. */
export interface Taken {
  readonly answer: terminal.CmdAck;
  readonly record?: PaperRecord;
}

/** What a terminal's desk does with commands, for our broker: each is taken at most once, whatever is repeated. */
export class PaperDesk {
  constructor(private readonly books: PaperBooks) {}

  submit(order: terminal.OrderSubmit, at: number): Taken {
    const { books } = this;
    const { coid } = order;
    const known = books.submits.get(coid);
    if (known === contentHash(order)) return { answer: journalled(coid, true) };
    if (known !== undefined) return refused(coid, 'COID_CONFLICT', `Another order was submitted as ${coid} before.`);
    if (books.tombstones.has(coid)) {
      return refused(coid, 'COID_TOMBSTONED', `The client order id ${coid} is refused for ever.`);
    }
    if (order.epoch < books.epoch) return this.stale(coid, order.epoch);
    if (order.notAfter < at) return tooLate(coid, order.notAfter, at);
    if (books.ofBroker(order.symbol) === undefined) {
      return refused(coid, 'SYMBOL_UNKNOWN', `The account cannot trade ${order.symbol}.`);
    }
    return { answer: journalled(coid), record: { kind: 'submit', at, quotes: books.takeQuotes(), order } };
  }

  modify(change: terminal.OrderModify, at: number): Taken {
    const { coid, notAfter } = change;
    const answered = this.repeated(change, change.order ?? change.positionId);
    if (answered !== undefined) return answered;
    if (notAfter < at) return tooLate(coid, notAfter, at);
    return { answer: journalled(coid), record: { kind: 'modify', at, quotes: this.books.takeQuotes(), change } };
  }

  cancel(cancel: terminal.OrderCancel, at: number): Taken {
    const answered = this.repeated(cancel, cancel.order);
    if (answered !== undefined) return answered;
    return { answer: journalled(cancel.coid), record: { kind: 'cancel', at, quotes: this.books.takeQuotes(), cancel } };
  }

  fence(epoch: number): Taken {
    const coid = String(epoch);
    if (epoch < this.books.epoch) return this.stale(coid, epoch);
    const dup = epoch === this.books.epoch;
    return { answer: journalled(coid, dup), ...(!dup && { record: { kind: 'fence', epoch } }) };
  }

  /** The record that a query's tombstone makes, if it makes one. */
  tombstone({ coid, tombstone }: terminal.QueryCoid): PaperRecord | undefined {
    const { submits, tombstones } = this.books;
    return tombstone && !submits.has(coid) && !tombstones.has(coid) ? { kind: 'tombstone', coid } : undefined;
  }

  query({ coid }: terminal.QueryCoid, connected: boolean): terminal.QueryResult {
    const { submits, results, tombstones } = this.books;
    const result = results.get(coid);
    return {
      coid,
      known: submits.has(coid),
      ...(result && { result }),
      ...(tombstones.has(coid) && { tombstoned: true }),
      connected,
    };
  }

  snapshot(time: number): terminal.SnapshotFrame {
    const { books } = this;
    const { broker } = books;
    const deals = broker.deals().slice(-SNAPSHOT_DEALS);
    return {
      time,
      account: accountFrame(broker.account(), time),
      positions: broker.positions().map((one) => positionFrame(one, books.instrument(one.symbol))),
      orders: broker.workingOrders().map((one) => workingFrame(one, books.instrument(one.order.symbol))),
      deals: deals.map((deal) => tradeFrame(deal, books.instrument(deal.symbol))),
      seq: books.seq,
    };
  }

  /** All of the account's history, from its first day; pages go by the number of what they have told. */
  history({ from, after = '0', limit }: terminal.HistoryGet): terminal.HistoryFrame {
    const { books } = this;
    const { broker } = books;
    const deals = broker.deals().map((deal) => ({ at: deal.timeUs, deal }));
    const orders = broker.endedOrders().map((order) => ({ at: order.endedUs, order }));
    const cash = broker.cashMovements().map((movement) => ({ at: movement.timeUs, movement }));
    type Entry = (typeof deals)[number] | (typeof orders)[number] | (typeof cash)[number];
    const all: Entry[] = [...deals, ...orders, ...cash].filter(({ at }) => at >= from).sort((a, b) => a.at - b.at);
    const first = Math.max(0, Math.trunc(Number(after)) || 0);
    const page = all.slice(first, first + Math.max(1, limit));
    const end = first + page.length;
    return {
      deals: page.flatMap((one) => ('deal' in one ? tradeFrame(one.deal, books.instrument(one.deal.symbol)) : [])),
      orders: page.flatMap((one) =>
        'order' in one ? endedFrame(one.order, books.instrument(one.order.order.symbol)) : [],
      ),
      cash: page.flatMap((one) => ('movement' in one ? cashFrame(one.movement) : [])),
      ...(end < all.length && { next: String(end) }),
      coversFrom: 0,
    };
  }

  /** The answer to a request that was taken before, or must not be taken. */
  private repeated(
    request: terminal.OrderModify | terminal.OrderCancel,
    ticket: string | undefined,
  ): Taken | undefined {
    const { coid, requestId, epoch } = request;
    const known = this.books.requests.get(requestId);
    if (known === contentHash(request)) return { answer: journalled(coid, true) };
    if (known !== undefined) {
      return refused(coid, 'REQUEST_CONFLICT', `Something else was requested as ${requestId} before.`);
    }
    if (epoch < this.books.epoch) return this.stale(coid, epoch);
    if (ticket === undefined && !this.books.submits.has(coid)) {
      return refused(coid, 'ORDER_UNKNOWN', `The account knows no order ${coid}, and no ticket was named.`);
    }
    return undefined;
  }

  private stale(coid: string, epoch: number): Taken {
    return refused(coid, 'EPOCH_STALE', `The epoch ${epoch} is below ${this.books.epoch}.`);
  }
}

function journalled(coid: string, dup = false): terminal.CmdAck {
  const message = dup ? 'It was journalled before.' : 'It is journalled.';
  return { coid, status: 'JOURNALLED', code: '', message, dup };
}

function refused(coid: string, code: string, message: string): Taken {
  return { answer: { coid, status: 'REJECTED', code, message, dup: false } };
}

function tooLate(coid: string, notAfterUs: number, nowUs: number): Taken {
  return refused(coid, 'NOT_AFTER', `It was to be sent until ${notAfterUs}; it is ${nowUs}.`);
}
