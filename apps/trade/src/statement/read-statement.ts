import { readFile } from 'node:fs/promises';
import type { Zone } from '@trading/trading-market';
import { csvRows } from './csv-rows';
import { htmlRows } from './html-rows';
import { isMt4Header, readMt4 } from './mt4-statement';
import { isMt5Header, readMt5 } from './mt5-report';
import { type Statement, StatementProblem } from './statement';

/**
 * An account history as a terminal saved it: HTML or CSV, of MetaTrader 4 or 5, in UTF-8 or UTF-16.
 * @throws StatementProblem
 */
export async function readStatement(file: string, zone: Zone): Promise<Statement> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new StatementProblem(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  return parseStatement(decode(bytes), zone);
}

/** @throws StatementProblem */
export function parseStatement(text: string, zone: Zone): Statement {
  const rows = /<t(able|r|d)\b/i.test(text) ? htmlRows(text) : csvRows(text);
  if (rows.some(isMt5Header)) return readMt5(rows, zone);
  if (rows.some(isMt4Header)) return readMt4(rows, zone);
  throw new StatementProblem(
    'This is no account history that is known: neither the deals of a "Trade History Report" (MetaTrader 5) nor the ' +
      'transactions of a "Detailed Statement" (MetaTrader 4), as HTML or with the same columns as CSV.',
  );
}

/** By its mark, else by the zero bytes that plain letters have in UTF-16. */
export function decode(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0)) return new TextDecoder('utf-16le').decode(bytes);
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== 0)) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}
