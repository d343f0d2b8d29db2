import { Decimal, type Zone } from '@trading/trading-market';
import { type Row, type Statement, type StatementCash, type StatementDeal, StatementProblem } from './statement';
import { columnsOf, isTimeCell, numberCell, timeCell } from './statement-cells';

const NEEDED = ['ticket', 'opentime', 'type', 'size', 'item', 'closetime', 'profit'];

/** One ticket: a position from its opening, or what a partial close left, to its close or to now. */
interface Ticket {
  readonly ticket: string;
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly lots: string;
  readonly openUs: number;
  readonly openPrice: string;
  /** Undefined: it is open. */
  readonly close: { readonly timeUs: number; readonly price: string } | undefined;
  readonly commission: string;
  readonly swap: string;
  readonly profit: string;
  readonly comment: string;
}

/** Whether these are the columns of a "Detailed Statement", or of an export of an account history. */
export function isMt4Header({ cells }: Row): boolean {
  const columns = columnsOf(cells);
  return NEEDED.every((name) => columns.has(name));
}

/**
 * MetaTrader 4's "Detailed Statement": Ticket, Open Time, Type, Size, Item, Price, S / L, T / P, Close Time, Price,
 * Commission, Taxes, Swap, Profit; closed transactions, then open trades; the comment is the title of the ticket's cell.
 * Of a position whose parts were closed one by one the first ticket opened all of it (`from #n` tells the chain).
 */
export function readMt4(rows: readonly Row[], zone: Zone): Statement {
  const start = rows.findIndex(isMt4Header);
  const header = rows[start];
  if (header === undefined) throw new StatementProblem('The file has no table of transactions.');
  const columns = columnsOf(header.cells);
  const tickets: Ticket[] = [];
  const cash: StatementCash[] = [];
  for (const row of rows.slice(start + 1)) {
    const cell = (name: string): string => row.cells[columns.get(name) ?? -1] ?? '';
    const ticket = cell('ticket');
    if (!/^\d+$/.test(ticket) || !isTimeCell(cell('opentime'))) continue;
    const type = cell('type').toLowerCase();
    if (type === 'buy' || type === 'sell') tickets.push(ticketOf(row, cell, zone));
    else if (type === 'balance' || type === 'credit')
      cash.push({ ticket, kind: type, amount: amountOf(row), timeUs: timeCell(cell('opentime'), zone) });
  }
  const balance = /\bBalance:\s*(-?[\d ,.\u00a0]*\d)/i.exec(rows.map(({ cells }) => cells.join(' ')).join('\n'))?.[1];
  return {
    platform: 'MT4',
    ...dealsOf(tickets),
    cash,
    balance: balance === undefined ? undefined : numberCell(balance),
  };
}

function ticketOf({ titles }: Row, cell: (name: string) => string, zone: Zone): Ticket {
  const isClosed = isTimeCell(cell('closetime'));
  return {
    ticket: cell('ticket'),
    symbol: cell('item'),
    side: cell('type').toLowerCase() === 'buy' ? 'BUY' : 'SELL',
    lots: numberCell(cell('size')),
    openUs: timeCell(cell('opentime'), zone),
    openPrice: numberCell(cell('price')),
    close: isClosed ? { timeUs: timeCell(cell('closetime'), zone), price: numberCell(cell('price2')) } : undefined,
    commission: Decimal.sum(numberCell(cell('commission')), numberCell(cell('taxes'))).toFixed(),
    swap: numberCell(cell('swap')),
    profit: numberCell(cell('profit')),
    comment: cell('comment') === '' ? titles.join(' ') : cell('comment'),
  };
}

/** The last number of a row whose comment takes the columns between. */
function amountOf({ cells }: Row): string {
  const last = cells.findLast((text) => text !== '') ?? '';
  return numberCell(last);
}

function dealsOf(listed: readonly Ticket[]): Pick<Statement, 'deals' | 'money'> {
  const byTicket = new Map(listed.map((each) => [each.ticket, each]));
  const chains = new Map<string, Ticket[]>();
  for (const each of byTicket.values()) {
    const root = rootOf(each, byTicket);
    chains.set(root, [...(chains.get(root) ?? []), each]);
  }
  const deals: StatementDeal[] = [];
  for (const [root, chain] of chains) {
    const [first] = chain;
    if (first === undefined) continue;
    const opened = byTicket.get(root);
    if (opened !== undefined) {
      const volumeLots = Decimal.sum(...chain.map(({ lots }) => lots)).toFixed();
      const { symbol, side, openPrice: price, openUs: timeUs } = opened;
      deals.push({ ticket: `${root}-in`, symbol, side, volumeLots, price, timeUs, group: root });
    }
    for (const { ticket, symbol, side, lots, close } of chain) {
      if (close === undefined) continue;
      const out = { ticket: `${ticket}-out`, symbol, side: side === 'BUY' ? 'SELL' : 'BUY', volumeLots: lots } as const;
      deals.push({ ...out, ...close, group: root });
    }
  }
  // A ticket that the file lists twice is two deals of one name.
  const seen = new Set<string>();
  for (const { ticket } of listed) {
    const again = deals.find((deal) => deal.ticket === `${ticket}-out`);
    if (seen.has(ticket) && again !== undefined) deals.push(again);
    seen.add(ticket);
  }
  const closed = [...chains].filter(
    ([root, chain]) => byTicket.has(root) && chain.every(({ close }) => close !== undefined),
  );
  const money = closed.map(([group, chain]) => {
    const sum = (of: (ticket: Ticket) => string): string => Decimal.sum(...chain.map(of)).toFixed();
    return { group, commission: sum((t) => t.commission), swap: sum((t) => t.swap), profit: sum((t) => t.profit) };
  });
  return { deals, money };
}

function rootOf(each: Ticket, byTicket: ReadonlyMap<string, Ticket>): string {
  const seen = new Set<string>();
  let at = each.ticket;
  for (;;) {
    const from = /\bfrom #(\d+)/.exec(byTicket.get(at)?.comment ?? '')?.[1];
    if (from === undefined || seen.has(at)) return at;
    seen.add(at);
    at = from;
  }
}
