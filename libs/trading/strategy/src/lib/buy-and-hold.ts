import { Decimal } from '@trading/trading-market';
import type { StrategyDefinition } from './definition';
import { hold } from './entry';
import { spec, valueOf } from './entry-parameters';
import { sizeByExposure } from './sizing';
import { field } from './state';
import { stopLossFor } from './stops';
import type { Strategy, StrategyInput, StrategyOutput } from './strategy';

const NAME = 'buy-and-hold';

const PARAMETERS = {
  exposure: spec(1, 0, 100, 'Notional of the purchase as a multiple of the equity.'),
  stopAtr: spec(0, 0, 100, 'Stop distance in ATR(14); 0 places none.'),
} as const;

class BuyAndHold implements Strategy {
  constructor(
    private readonly exposure: number,
    private readonly stopAtr: number,
    private bought: boolean,
  ) {}

  onBar(input: StrategyInput): StrategyOutput {
    if (this.bought) return hold('bought already');
    if (input.bar.closeTimeUs < input.tradeFromUs) return hold('no entries yet');
    if (this.stopAtr > 0 && !(input.atr > 0)) return hold('ATR is warming up');
    const { equity, instrument, conversion, quote } = input;
    const stop = this.stopAtr > 0 ? stopLossFor(1, quote, input.atr, this.stopAtr, instrument) : undefined;
    if (this.stopAtr > 0 && stop === undefined) return hold('the stop would lie below zero');
    const sizing = sizeByExposure({ equity, instrument, conversion, price: new Decimal(quote.ask) }, this.exposure);
    this.bought = true;
    if (sizing.lots.isZero()) return { ...hold('the size is below the smallest volume'), sizing: sizing.steps };
    const intent = { kind: 'target', targetLots: sizing.lots, confidence: 1, reason: 'the purchase' } as const;
    return { intent: stop === undefined ? intent : { ...intent, stopLoss: stop.price }, sizing: sizing.steps };
  }

  snapshot(): unknown {
    return { bought: this.bought };
  }
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

/** The benchmark: one purchase when trading may begin, and nothing after it. */
export const buyAndHold: StrategyDefinition = {
  name: NAME,
  version: '1',
  description: 'Buys once when trading may begin, and keeps it: what the others are measured against.',
  needsModel: false,
  parameters: PARAMETERS,
  create(parameters, state): Strategy {
    const bought = state === undefined ? false : field(NAME, state, 'bought', isBoolean, 'true or false');
    return new BuyAndHold(
      valueOf(PARAMETERS, parameters, 'exposure'),
      valueOf(PARAMETERS, parameters, 'stopAtr'),
      bought,
    );
  },
};
