import type { execution } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import { enumWord, timeWords } from '../cli/words';
import type { Statement, StatementDeal } from './statement';

export interface Finding {
  readonly kind: 'missing' | 'doubled' | 'only-ours' | 'differs' | 'cash';
  /** Ticket of what it is about; empty: the account. */
  readonly ticket: string;
  readonly message: string;
}

export interface StatementComparison {
  readonly deals: number;
  readonly equal: number;
  readonly findings: readonly Finding[];
}

/** Our side: fills and ledger of one account, and what the broker calls our symbols. */
export interface BookedHistory {
  readonly fills: readonly execution.Fill[];
  readonly ledger: readonly execution.LedgerEntry[];
  readonly symbols: readonly execution.SymbolMapping[];
}

/** Deal by deal, then by money: what only one side has, what is there twice, what differs. */
export function compareStatement(statement: Statement, booked: BookedHistory): StatementComparison {
  const findings: Finding[] = [];
  const ours = new Map(booked.fills.map((fill) => [fill.fillId, fill]));
  const theirs = new Map(statement.deals.map((deal) => [deal.ticket, deal]));
  findings.push(
    ...doubled(
      statement.deals.map(({ ticket }) => ticket),
      'The statement',
    ),
  );
  findings.push(
    ...doubled(
      booked.fills.map(({ fillId }) => fillId),
      'The books',
    ),
  );
  let equal = 0;
  for (const deal of theirs.values()) {
    const fill = ours.get(deal.ticket);
    const found = fill === undefined ? missing(deal) : contents(deal, fill, booked);
    if (found === undefined) equal += 1;
    else findings.push(found);
  }
  findings.push(...onlyOurs(statement, booked.fills, theirs));
  findings.push(...money(statement, booked.fills));
  findings.push(...cash(statement, booked));
  return { deals: theirs.size, equal, findings };
}

function doubled(tickets: readonly string[], who: string): Finding[] {
  const times = new Map<string, number>();
  for (const ticket of tickets) times.set(ticket, (times.get(ticket) ?? 0) + 1);
  return [...times]
    .filter(([, n]) => n > 1)
    .map(([ticket, n]) => ({ kind: 'doubled', ticket, message: `${who} has deal ${ticket} ${n} times.` }));
}

function missing(deal: StatementDeal): Finding {
  const message = `Deal ${deal.ticket} (${words(deal)}, ${timeWords(deal.timeUs)}) is not in the books.`;
  return { kind: 'missing', ticket: deal.ticket, message };
}

function contents(deal: StatementDeal, fill: execution.Fill, { symbols }: BookedHistory): Finding | undefined {
  const brokerSymbol = symbols.find(({ symbol }) => symbol === fill.symbol)?.brokerSymbol ?? fill.symbol;
  const sides: [string, string, string][] = [];
  const note = (name: string, theirs: string, mine: string, isSame: boolean): void => {
    if (!isSame) sides.push([name, theirs, mine]);
  };
  // MT4 prints symbols in small letters.
  const names = [fill.symbol, brokerSymbol].map((name) => name.toLowerCase());
  note('symbol', deal.symbol, fill.symbol, names.includes(deal.symbol.toLowerCase()));
  note('side', deal.side, enumWord('SIDE', fill.side), deal.side === enumWord('SIDE', fill.side));
  note('volume', deal.volumeLots, fill.volumeLots, new Decimal(deal.volumeLots).eq(fill.volumeLots));
  note('price', deal.price, fill.price, new Decimal(deal.price).eq(fill.price));
  // Statements print seconds, and the older ones minutes.
  const isSameMinute = Math.abs(deal.timeUs - fill.timeUs) < 60_000_000;
  note('time', timeWords(deal.timeUs), timeWords(fill.timeUs), isSameMinute);
  if (sides.length === 0) return undefined;
  const told = sides.map(([name, theirs, mine]) => `${name} ${theirs}, in the books ${mine}`).join('; ');
  return { kind: 'differs', ticket: deal.ticket, message: `Deal ${deal.ticket} has ${told}.` };
}

/** Fills of the time that the statement covers, and that it does not list. */
function onlyOurs(
  { deals, cash: movements }: Statement,
  fills: readonly execution.Fill[],
  theirs: ReadonlyMap<string, StatementDeal>,
): Finding[] {
  const times = [...deals, ...movements].map(({ timeUs }) => timeUs);
  const [fromUs, toUs] = [Math.min(...times), Math.max(...times)];
  return fills
    .filter(({ fillId, timeUs }) => timeUs >= fromUs && timeUs <= toUs + 60_000_000 && !theirs.has(fillId))
    .map((fill) => {
      const what = words({ ...fill, side: enumWord('SIDE', fill.side) });
      const message = `The books have deal ${fill.fillId} (${what}, ${timeWords(fill.timeUs)}), which the statement has not.`;
      return { kind: 'only-ours', ticket: fill.fillId, message };
    });
}

/** Costs and profit, of each deal (MT5) or of each position that is closed (MT4). */
function money(statement: Statement, fills: readonly execution.Fill[]): Finding[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, ticket } of statement.deals) groups.set(group, (groups.get(group) ?? new Set()).add(ticket));
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const each of statement.money) {
    const tickets = groups.get(each.group) ?? new Set<string>();
    const own = fills.filter(({ fillId }) => tickets.has(fillId));
    if (seen.has(each.group) || own.length < tickets.size) continue;
    seen.add(each.group);
    const sum = (of: (fill: execution.Fill) => string): Decimal =>
      Decimal.sum(0, ...own.map((fill) => of(fill) || '0'));
    const sides = [
      ['commission', each.commission, sum(({ commission }) => commission)],
      ['swap', each.swap, sum(({ swap }) => swap)],
      ['profit', each.profit, sum(({ realised }) => realised)],
    ] as const;
    const apart = sides.filter(([, theirs, mine]) => !mine.eq(theirs));
    if (apart.length === 0) continue;
    const told = apart.map(([name, theirs, mine]) => `${name} ${theirs}, in the books ${mine.toFixed(2)}`).join('; ');
    findings.push({ kind: 'differs', ticket: each.group, message: `Deal ${each.group} has ${told}.` });
  }
  return findings;
}

/** Deposits and the like by their sum, and the balance where the statement ends. */
function cash(statement: Statement, { ledger }: BookedHistory): Finding[] {
  // What a fill moved is compared with its deal.
  const outside = ledger.filter(({ kind, coid }) => coid === '' && kind !== 'commission' && kind !== 'realised');
  const findings: Finding[] = [];
  const paid = Decimal.sum(0, ...statement.cash.map(({ amount }) => amount));
  const booked = Decimal.sum(0, ...outside.map(({ amount }) => amount));
  if (statement.cash.length > 0 && !paid.eq(booked)) {
    const message = `Deposits, withdrawals and credit are ${paid.toFixed(2)} in the statement and ${booked.toFixed(2)} in the books: ${paid.minus(booked).toFixed(2)} apart.`;
    findings.push({ kind: 'cash', ticket: '', message });
  }
  if (statement.balance !== undefined) {
    const sum = Decimal.sum(0, ...ledger.map(({ amount }) => amount));
    const gap = new Decimal(statement.balance).minus(sum);
    const message = `The statement's balance is ${new Decimal(statement.balance).toFixed(2)}, the sum of the ledger ${sum.toFixed(2)}: ${gap.toFixed(2)} apart.`;
    if (!gap.isZero()) findings.push({ kind: 'cash', ticket: '', message });
  }
  return findings;
}

function words({
  side,
  volumeLots,
  symbol,
  price,
}: Pick<StatementDeal, 'volumeLots' | 'symbol' | 'price'> & { side: string }) {
  return `${side} ${volumeLots} ${symbol} at ${price}`;
}
