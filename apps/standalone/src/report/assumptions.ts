import type { SummaryInput } from './summary';

/** What the results rest on, a sentence each; said before any result. */
export function assumptionsOf(input: SummaryInput): string[] {
  return [fills(input), path(input), spread(input), costs(input), start(input), benchmark(input), ...warnings(input)];
}

function fills({ options }: SummaryInput): string {
  const slippage =
    options.slippage === 0 ? 'without slippage' : `${options.slippage} points of slippage against the account`;
  return `Fills: an order fills at the first quote after its decision, in full, buys at the ask and sells at the bid, ${slippage}.`;
}

function path({ facts, options }: SummaryInput): string {
  if (facts.kind === 'ticks') return 'Prices: every tick of the data is played in its order.';
  const models: Readonly<Record<typeof options.path, string>> = {
    worst: 'the extreme against the position first (worst), so that a stop is met before a target',
    adaptive: 'the extreme nearer to the open first (adaptive)',
    OHLC: 'the high before the low (OHLC)',
    OLHC: 'the low before the high (OLHC)',
  };
  return `Prices: each bar of the data is played as four quotes: open, ${models[options.path]}, close. What lies between is not known.`;
}

/** Also the note beside the costs. */
export function spread({ facts, options }: Pick<SummaryInput, 'facts' | 'options'>): string {
  if (facts.spreadPoints === undefined) {
    const ignored = options.spread === undefined ? '' : ` --spread ${options.spread} was not used.`;
    return `Spread: the data's own, paid in the prices.${ignored}`;
  }
  const price = (facts.spreadPoints * Number(facts.instrument.tickSize)).toFixed(facts.digits);
  return `Spread: ${facts.spreadPoints} points (${price}) above the one price of the data, paid in the prices.`;
}

function costs({ options }: SummaryInput): string {
  const commission =
    Number(options.commission) === 0 ? 'no commission' : `commission ${options.commission} per lot and side`;
  return `Costs: ${commission}; no swap is charged, so positions held overnight cost less here than at a broker.`;
}

function start({ model, tradeFromUs }: SummaryInput): string {
  if (tradeFromUs === undefined) return 'Orders: possible from the first bar.';
  const day = new Date(tradeFromUs / 1000).toISOString().slice(0, 10);
  if (model === undefined) return `Orders: from ${day}.`;
  return `Orders: from ${day}, because the model ${model.name}/${model.version} was trained on what lies before.`;
}

function benchmark({ benchmark: quote }: SummaryInput): string {
  if (quote === undefined) return 'Buy and hold: no quote to buy at after orders may begin.';
  const day = new Date(quote.timeUs / 1000).toISOString().slice(0, 10);
  return `Buy and hold: bought once for the whole balance on ${day}, same costs, marked at the last bid.`;
}

function warnings({ facts, crossedTicks }: SummaryInput): string[] {
  const crossed = `Crossed ticks (bid above ask): ${crossedTicks}; they made no bars, features or fills.`;
  const skipped = `Rows of the data that could not be read and were skipped: ${facts.skipped.count}.`;
  return [...(crossedTicks > 0 ? [crossed] : []), ...(facts.skipped.count > 0 ? [skipped] : [])];
}
