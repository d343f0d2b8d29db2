import { terminal, type market } from '@trading/contracts';

/**
 * Checks and converts a `tick` frame by hand: this is the hottest message of the system. `symbolOf` gives our name of
 * the terminal's symbol. Throws `FrameError`.
 */
export function parseTicks(
  body: unknown,
  accountId: string,
  ingestUs: number,
  symbolOf: (brokerSymbol: string) => string,
): market.TickBatch {
  const { symbol, first, t, b, a } = (body ?? {}) as Partial<terminal.TickFrame>;
  const isWhole = Array.isArray(t) && Array.isArray(b) && Array.isArray(a);
  if (typeof symbol !== 'string' || !Number.isSafeInteger(first) || first === undefined || !isWhole) {
    throw new terminal.FrameError('A tick frame lacks one of symbol, first, t, b, a.');
  }
  if (t.length !== b.length || t.length !== a.length) {
    throw new terminal.FrameError('The columns of a tick frame differ in length.');
  }
  const bid = b.map(priceOf);
  const ask = a.map(priceOf);
  let crossed = 0;
  for (let i = 0; i < t.length; i++) {
    const [time, low, high] = [t[i], bid[i], ask[i]];
    if (!Number.isSafeInteger(time) || !isPrice(low) || !isPrice(high)) {
      throw new terminal.FrameError(`Tick ${i} of a frame is not a time with two prices.`);
    }
    if (low > high) crossed++;
  }
  return { accountId, symbol: symbolOf(symbol), firstSeq: first, timeUs: t, bid, ask, ingestUs, crossed };
}

/** The numbers of a batch's ticks in the account's data. */
export function sequenceOf({ firstSeq, timeUs }: market.TickBatch): number[] {
  return Array.from(timeUs, (_, k) => firstSeq + k);
}

/** NaN for what is no word. */
const priceOf = (word: unknown): number => (typeof word === 'string' ? Number(word) : NaN);

const isPrice = (price: number | undefined): price is number => price !== undefined && price > 0 && price < Infinity;
