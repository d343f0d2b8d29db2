import type { terminal } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import type { Logger } from '@trading/platform-logging';
import type { Instrument, SwapMode } from '@trading/trading-market';
import type { BrokerConfig } from '@trading/trading-simulation';
import type { BrokerTime } from './broker-time';
import { HandshakeRefused, type Greeting } from './handshake';
import { PaperBooks, type PaperFrame } from './paper-books';
import { PaperLine } from './paper-line';
import { PaperTermsChanged, type PaperPlace, type PaperStore } from './paper-store';
import type { PaperTerms } from './paper-terms';
import type { OpenedLine, TerminalLine } from './terminal-line';

const SWAP_MODES: Readonly<Record<string, SwapMode>> = { points: 'points', currency: 'currency', cash: 'cash' };
/** Records that are played before others get their turn. */
const TURN = 500;

/**
 * Puts our broker before the terminal of an account on paper: what the terminal said of its own account becomes what is
 * so of ours. Throws {@link HandshakeRefused}.
 */
export async function openPaper(
  store: PaperStore,
  line: TerminalLine,
  greeting: Greeting,
  terms: PaperTerms,
  time: BrokerTime,
  logger: Pick<Logger, 'error'>,
): Promise<OpenedLine> {
  const { hello, account } = greeting;
  const { accountId, zone = 'UTC' } = account;
  if (hello.caps.includes('lockstep')) {
    throw new HandshakeRefused('PAPER_NEEDS_LIVE', 'Quotes of simulated time have a broker of their own.');
  }
  const placed = (): Promise<PaperPlace> => store.place(accountId, terms, zone);
  const place = await placed().catch((error: unknown) => {
    throw error instanceof PaperTermsChanged ? new HandshakeRefused(error.code, error.message) : error;
  });
  let n = 0;
  const paper = new PaperLine(line, {
    accountId,
    hello,
    logger,
    open: async (offered, said) => {
      // The session before has written its last by now.
      ({ n } = await placed());
      return openBooks(store, accountId, terms, n, instrumentsOf(offered, time, systemClock.nowUs()), said);
    },
    keep: async (record, { seq, epoch }) => {
      n += 1;
      await store.append(accountId, record, { n, seq, epoch });
    },
  });
  const { journalId, epoch, seq } = place;
  const { currency, leverage, marginMode } = terms;
  const ours = { journalId, epoch, resume: { first: 1, last: seq }, currency, leverage, marginMode } as const;
  return {
    line: paper,
    greeting: { ...greeting, hello: { ...hello, ...ours, tradeMode: 'DEMO', tradeAllowed: true } },
  };
}

/** Opens an account's books with what its terminal offers, as its records have left them. */
export async function openBooks(
  store: PaperStore,
  accountId: string,
  terms: PaperTerms,
  last: number,
  offered: readonly Instrument[],
  said: (frame: PaperFrame) => void,
): Promise<PaperBooks> {
  const { zone, instruments } = await store.open(accountId, offered);
  const books = new PaperBooks(brokerConfig(terms, zone, instruments));
  let played = 0;
  for await (const record of store.records(accountId, last)) {
    for (const frame of books.replay(record)) said(frame);
    if (++played % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return books;
}

function brokerConfig(terms: PaperTerms, zone: string, instruments: readonly Instrument[]): BrokerConfig {
  const { deposit, currency, leverage, marginMode, commissionPerLot, slippagePoints, latencyMs, stopOutLevelPct } =
    terms;
  return {
    currency,
    leverage,
    deposit,
    instruments,
    costs: { commissionPerLot },
    slippagePoints,
    latencyUs: latencyMs * 1_000,
    marginMode,
    zone,
    ...(stopOutLevelPct > 0 && { stopOutLevelPct }),
  };
}

/** The terminal's instruments for our broker, whose week is that of the terminal's server. */
export function instrumentsOf(
  instruments: readonly terminal.WireInstrument[],
  time: BrokerTime,
  nowUs: number,
): Instrument[] {
  return instruments.map(({ sessions = [], swapLong, swapShort, swapMode, swapTripleWeekday, ...fields }) => {
    const mode = SWAP_MODES[swapMode ?? ''];
    return {
      ...fields,
      sessions: time.sessionsInZone(sessions, nowUs),
      tradable: true,
      ...(mode !== undefined && {
        swapMode: mode,
        ...(swapLong !== undefined && { swapLong }),
        ...(swapShort !== undefined && { swapShort }),
        ...(swapTripleWeekday !== undefined && { swapTripleWeekday }),
      }),
    };
  });
}
