import type { StrategyDefinition } from './definition';
import { enter, flat, hold } from './entry';
import type { EntryRules } from './entry';
import { completeEntry, ENTRY_PARAMETERS, entryRules, spec, valueOf } from './entry-parameters';
import { StrategyParameterError } from './parameters';
import type { Strategy, StrategyInput, StrategyOutput } from './strategy';

const NAME = 'model-threshold';

const PARAMETERS = {
  enter: spec(0.55, 0, 1, 'Long from this probability of a rise.'),
  exit: spec(0.5, 0, 1, 'A long is closed below this probability, a short above it; between is hysteresis.'),
  enterShort: spec(0.45, 0, 1, 'Short from this probability downwards, where allowShort is 1.'),
  allowShort: spec(0, 0, 1, '1 also sells short.', 'integer'),
  ...ENTRY_PARAMETERS,
} as const;

interface Thresholds {
  readonly enter: number;
  readonly exit: number;
  readonly enterShort: number;
  readonly allowShort: boolean;
}

/** Has no state of its own: the side it is on is the position. */
class ModelThreshold implements Strategy {
  constructor(
    private readonly thresholds: Thresholds,
    private readonly rules: EntryRules,
  ) {}

  onBar(input: StrategyInput): StrategyOutput {
    const { probability, flags } = input.prediction;
    if (flags.length > 0) return hold(`the prediction is flagged ${flags.join(', ')}`);
    if (probability === undefined || !(probability >= 0 && probability <= 1)) return hold('no prediction');
    const { enter: long, exit, enterShort, allowShort } = this.thresholds;
    if (probability >= long)
      return enter(input, 1, confidenceOf(probability), this.rules, 'the probability is at or above enter');
    if (allowShort && probability <= enterShort) {
      return enter(input, -1, confidenceOf(probability), this.rules, 'the probability is at or below enterShort');
    }
    const { positionLots } = input;
    if (positionLots.gt(0) && probability < exit) return flat(input, 'the probability fell below exit');
    if (positionLots.lt(0) && probability > exit) return flat(input, 'the probability rose above exit');
    return hold('the probability is between the thresholds');
  }

  snapshot(): unknown {
    return {};
  }
}

/** How far the probability is from even odds: 0 at 0.5, 1 at certainty. */
function confidenceOf(probability: number): number {
  return Math.abs(2 * probability - 1);
}

/** Trades the model's probability with hysteresis. */
export const modelThreshold: StrategyDefinition = {
  name: NAME,
  version: '1',
  description: "Long while the model's probability of a rise is high, flat when it falls, short where allowed.",
  needsModel: true,
  parameters: PARAMETERS,
  complete: completeEntry,
  create(parameters): Strategy {
    const value = (name: keyof typeof PARAMETERS): number => valueOf(PARAMETERS, parameters, name);
    const thresholds = {
      enter: value('enter'),
      exit: value('exit'),
      enterShort: value('enterShort'),
      allowShort: value('allowShort') === 1,
    };
    refuse(thresholds.exit > thresholds.enter, 'exit', `at most enter (${thresholds.enter})`, thresholds.exit);
    refuse(
      thresholds.allowShort && thresholds.enterShort > thresholds.exit,
      'enterShort',
      `at most exit (${thresholds.exit})`,
      thresholds.enterShort,
    );
    return new ModelThreshold(thresholds, entryRules(parameters));
  },
};

function refuse(when: boolean, parameter: string, allowed: string, value: number): void {
  if (when) throw new StrategyParameterError(NAME, parameter, `${NAME} takes ${parameter} ${allowed}, not ${value}.`);
}
