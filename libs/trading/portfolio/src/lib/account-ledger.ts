import { Decimal } from '@trading/trading-market';
import type { PortfolioFill } from './fill';
import type { CashKind, LedgerEntry, LedgerKind } from './ledger';
import { InvalidBooking } from './portfolio-errors';
import { ledgerFromState, ledgerToState, type PortfolioState } from './portfolio-state';

/** The cash of an account: entries are numbered, rounded to the currency, and their sum is the balance. */
export class AccountLedger {
  private cash = new Decimal(0);
  private pending: LedgerEntry[] = [];
  private count = 0;

  /** @param digits of the account's currency */
  constructor(readonly digits: number) {}

  get balance(): Decimal {
    return this.cash;
  }

  /** @throws InvalidBooking */
  deposit(amount: Decimal, timeUs: number, kind: CashKind): LedgerEntry {
    if (!amount.isFinite() || (kind === 'deposit' && amount.lte(0)) || (kind === 'withdrawal' && amount.gte(0))) {
      throw new InvalidBooking(
        `A ${kind} of ${amount.toString()} cannot be booked: deposits are positive, withdrawals negative.`,
      );
    }
    return this.book(kind, this.round(amount), timeUs);
  }

  /** `amount` must be rounded. */
  book(kind: LedgerKind, amount: Decimal, timeUs: number, fill?: PortfolioFill): LedgerEntry {
    this.count += 1;
    const cause = fill && { fillId: fill.fillId, coid: fill.coid, symbol: fill.symbol };
    const entry: LedgerEntry = { number: this.count, kind, amount, timeUs, ...cause };
    this.cash = this.cash.plus(amount);
    this.pending.push(entry);
    return entry;
  }

  round(amount: Decimal): Decimal {
    return amount.toDecimalPlaces(this.digits, Decimal.ROUND_HALF_EVEN);
  }

  /** Entries since the last {@link drain}. */
  entries(): LedgerEntry[] {
    return [...this.pending];
  }

  drain(): LedgerEntry[] {
    const drained = this.pending;
    this.pending = [];
    return drained;
  }

  snapshot(): Pick<PortfolioState, 'balance' | 'pendingLedger' | 'ledgerCount'> {
    return {
      balance: this.cash.toString(),
      pendingLedger: this.pending.map(ledgerToState),
      ledgerCount: this.count,
    };
  }

  restore(state: PortfolioState): void {
    this.cash = new Decimal(state.balance);
    this.pending = state.pendingLedger.map(ledgerFromState);
    this.count = state.ledgerCount;
  }
}
