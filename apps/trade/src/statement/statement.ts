import { CliError } from '../cli/cli-error';

/** One deal of a terminal's account history; decimal numbers as plain text. */
export interface StatementDeal {
  /** As the books name it: MT5 the deal, MT4 `<ticket>-in` and `<ticket>-out`. */
  readonly ticket: string;
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly volumeLots: string;
  readonly price: string;
  readonly timeUs: number;
  /** What its money is counted with: MT5 the deal itself, MT4 the ticket that its position began with. */
  readonly group: string;
}

export interface StatementCash {
  readonly ticket: string;
  /** As the terminal calls it: balance, credit, … */
  readonly kind: string;
  readonly amount: string;
  readonly timeUs: number;
}

/** Money of deals that belong together: of one deal (MT5), of a whole closed position (MT4). */
export interface StatementMoney {
  readonly group: string;
  /** Commission, taxes and fees. */
  readonly commission: string;
  readonly swap: string;
  readonly profit: string;
}

export interface Statement {
  readonly platform: 'MT4' | 'MT5';
  /** As often as the file lists them. */
  readonly deals: readonly StatementDeal[];
  readonly money: readonly StatementMoney[];
  readonly cash: readonly StatementCash[];
  /** As the file ends; undefined: it does not say. */
  readonly balance: string | undefined;
}

/** A row of a table: texts of its cells, and the comments that lie behind them. */
export interface Row {
  readonly cells: readonly string[];
  readonly titles: readonly string[];
}

/** The file is no statement, or has a row that makes no sense. */
export class StatementProblem extends CliError {
  override readonly name = 'StatementProblem';
  override readonly code = 'STATEMENT';
  constructor(message: string) {
    super(message, 3);
  }
}
