import { quantisePrice } from '@trading/trading-market';
import { ExactCross } from './cross';
import type { CrossState } from './cross';
import type { StrategyDefinition } from './definition';
import { enter, hold } from './entry';
import type { EntryRules } from './entry';
import { completeEntry, ENTRY_PARAMETERS, entryRules, spec, valueOf } from './entry-parameters';
import { StrategyParameterError } from './parameters';
import { field } from './state';
import type { Strategy, StrategyInput, StrategyOutput } from './strategy';

const NAME = 'sma-cross';

const PARAMETERS = {
  fast: spec(20, 1, 5000, 'Bars of the fast average; below slow.', 'integer'),
  slow: spec(100, 2, 10_000, 'Bars of the slow average.', 'integer'),
  ...ENTRY_PARAMETERS,
} as const;

class SmaCross implements Strategy {
  constructor(
    private readonly cross: ExactCross,
    private readonly rules: EntryRules,
  ) {}

  onBar(input: StrategyInput): StrategyOutput {
    const before = this.cross.state;
    const ticks = quantisePrice(input.instrument, input.bar.bid.close, 'nearest').div(input.instrument.tickSize);
    const state = this.cross.next(ticks.toNumber());
    if (state === 0) return hold('the averages are warming up');
    if (before === 0) return hold('the first side of the averages; waiting for a cross');
    if (state === before) return hold('no cross');
    const reason = state === 1 ? 'the fast average crossed above the slow' : 'the fast average crossed below the slow';
    return enter(input, state, 1, this.rules, reason);
  }

  snapshot(): unknown {
    return { closes: this.cross.values, state: this.cross.state };
  }
}

const areWholeNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((each) => Number.isSafeInteger(each));
const isCrossState = (value: unknown): value is CrossState => value === 0 || value === 1 || value === -1;

/** Follows the side on which a fast average of bid closes lies of a slow one, from the first change of sides. */
export const smaCross: StrategyDefinition = {
  name: NAME,
  version: '1',
  description: 'Long while the fast average of closes is above the slow one, short while below, from the first cross.',
  needsModel: false,
  parameters: PARAMETERS,
  complete: completeEntry,
  create(parameters, state): Strategy {
    const fast = valueOf(PARAMETERS, parameters, 'fast');
    const slow = valueOf(PARAMETERS, parameters, 'slow');
    if (fast >= slow) {
      throw new StrategyParameterError(NAME, 'fast', `${NAME} takes fast below slow (${slow}), not ${fast}.`);
    }
    const cross =
      state === undefined
        ? new ExactCross(fast, slow)
        : ExactCross.restore(
            fast,
            slow,
            field(NAME, state, 'closes', areWholeNumbers, 'a list of whole numbers'),
            field(NAME, state, 'state', isCrossState, '-1, 0 or 1'),
          );
    return new SmaCross(cross, entryRules(parameters));
  },
};
