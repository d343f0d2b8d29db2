/**
 * What an answer of the broker means for a command:
 * - `done`: record it;
 * - `fresh-quote`: another attempt inside the terminal, within the approved worst price;
 * - `back-off`: wait, then again while `notAfter` allows;
 * - `unknown`: ask what became of it, never send again;
 * - `repairable`: once more with what the code asks for (another filling mode, an open market), then as it answers; of a
 *   position that is closed already nothing is left to do;
 * - `final`: a submit is rejected, a modify or cancel leaves the order as it was.
 */
export type OutcomeClass = 'done' | 'fresh-quote' | 'back-off' | 'unknown' | 'repairable' | 'final';

export type CommandVerb = 'submit' | 'modify' | 'cancel';
export type TerminalPlatform = 'MT4' | 'MT5';

/** A code, or a range of codes with both ends, that means the same; `verb`: only as the answer to that one. */
export interface OutcomeRow {
  readonly from: number;
  readonly to: number;
  readonly verb?: CommandVerb;
  readonly outcome: OutcomeClass;
}

/**
 * Trade server return codes of MetaTrader 5, and error codes of MetaTrader 4 (0: none). What is not listed is unknown.
 * "No change" answers a modification only: as the answer to anything else it says nothing that could be relied on.
 */
export const OUTCOME_ROWS: Readonly<Record<TerminalPlatform, readonly OutcomeRow[]>> = {
  MT5: [
    ...codes('done', 10008, 10009, 10010),
    { from: 10025, to: 10025, verb: 'modify', outcome: 'done' },
    ...codes('fresh-quote', 10004, 10020, 10021),
    ...codes('back-off', 10024, 10029),
    ...codes('unknown', 10011, 10012, 10023, 10028, 10031),
    ...codes('repairable', 10018, 10030, 10036, 10039),
    ...codes('final', 10006, 10007, 10041, 10019, 10022, 10026, 10027, 10038, 10040),
    range('final', 10013, 10017),
    range('final', 10032, 10035),
    range('final', 10042, 10046),
  ],
  MT4: [
    ...codes('done', 0),
    { from: 1, to: 1, verb: 'modify', outcome: 'done' },
    ...codes('fresh-quote', 129, 135, 136, 138),
    ...codes('back-off', 4, 8, 137, 141, 146),
    { from: 1, to: 2, verb: 'submit', outcome: 'unknown' },
    ...codes('unknown', 6, 128, 139, 142, 143),
    ...codes('repairable', 132),
    ...codes('final', 3, 5, 7, 9, 64, 65, 130, 131, 133, 134, 140, 144, 145),
    range('final', 147, 150),
    range('final', 4000, 4999),
  ],
};

const NO_CONNECTION: Readonly<Record<TerminalPlatform, number>> = { MT4: 6, MT5: 10031 };
const OFF_QUOTES_MT4 = 136;

/**
 * The class of a broker's answer. `MT5` 0 is unknown: `OrderSend` was false and said nothing.
 * @param wasDisconnected the terminal had seen the disconnection before it sent: then nothing was sent, which is final
 */
export function outcomeClass(
  platform: TerminalPlatform,
  verb: CommandVerb,
  code: number,
  wasDisconnected = false,
): OutcomeClass {
  if (wasDisconnected && code === NO_CONNECTION[platform]) return 'final';
  const row = OUTCOME_ROWS[platform].find(
    ({ from, to, verb: only }) => from <= code && code <= to && (only === undefined || only === verb),
  );
  return row?.outcome ?? 'unknown';
}

/** How long to wait before the attempt with a fresh quote: MetaTrader 4 asks for 5 s when it is off quotes. */
export function freshQuoteDelayMs(platform: TerminalPlatform, code: number): number {
  return platform === 'MT4' && code === OFF_QUOTES_MT4 ? 5000 : 0;
}

function codes(outcome: OutcomeClass, ...listed: readonly number[]): OutcomeRow[] {
  return listed.map((code) => range(outcome, code, code));
}

function range(outcome: OutcomeClass, from: number, to: number): OutcomeRow {
  return { from, to, outcome };
}
