/** A simulation was set up with what cannot work; the message says what. */
export class SimulationConfigInvalid extends Error {
  readonly code = 'SIMULATION_CONFIG_INVALID';
}

/** A quote of a symbol that the broker was not told of. */
export class SimulatedSymbolUnknown extends Error {
  readonly code = 'SIMULATED_SYMBOL_UNKNOWN';

  constructor(readonly symbol: string) {
    super(`The simulated broker does not trade ${symbol}.`);
  }
}
