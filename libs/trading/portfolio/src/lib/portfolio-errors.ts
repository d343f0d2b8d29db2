/** A fill names an instrument that the portfolio does not know. Nothing has changed. */
export class PortfolioInstrumentUnknown extends Error {
  readonly code = 'INSTRUMENT_UNKNOWN';
  constructor(readonly symbol: string) {
    super(`The instrument ${symbol} is not known to this portfolio.`);
    this.name = 'PortfolioInstrumentUnknown';
  }
}

/** A profit cannot be booked without a rate into the account's currency. Nothing has changed. */
export class ConversionMissing extends Error {
  readonly code = 'CONVERSION_MISSING';
  constructor(
    readonly from: string,
    readonly to: string,
  ) {
    super(`There is no rate from ${from} to ${to}.`);
    this.name = 'ConversionMissing';
  }
}

/** A fill or a cash movement that cannot exist, such as a volume of zero. Nothing has changed. */
export class InvalidBooking extends Error {
  readonly code = 'INVALID_BOOKING';
  constructor(message: string) {
    super(message);
    this.name = 'InvalidBooking';
  }
}
