import type { StrategyDefinition } from './definition';
import { enter, flat, hold } from './entry';
import type { EntryRules } from './entry';
import { completeEntry, ENTRY_PARAMETERS, entryRules, spec, valueOf } from './entry-parameters';
import { StrategyParameterError } from './parameters';
import type { Direction } from './stops';
import type { Strategy, StrategyInput, StrategyOutput } from './strategy';

const NAME = 'model-threshold';

const PARAMETERS = {
  enter: spec(0.55, 0, 1, 'Long from this probability of a rise.'),
  exit: spec(0.5, 0, 1, 'A long is closed below this probability, a short above it; between is hysteresis.'),
  enterShort: spec(0.45, 0, 1, 'Short from this probability downwards, where allowShort is 1.'),
  allowShort: spec(0, 0, 1, '1 also sells short.', 'integer'),
  fullAt: spec(0.6, 0.501, 1, 'Probability from which riskPct is risked in full; less of it down to none at 0.5.'),
  ...ENTRY_PARAMETERS,
} as const;

interface Thresholds {
  readonly enter: number;
  readonly exit: number;
  readonly enterShort: number;
  readonly allowShort: boolean;
  readonly fullAt: number;
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
    const { enter: long, exit, enterShort, allowShort, fullAt } = this.thresholds;
    const side = probability >= long ? 1 : allowShort && probability <= enterShort ? -1 : 0;
    if (side !== 0) {
      const reason = `the probability is at or ${side === 1 ? 'above enter' : 'below enterShort'}`;
      return enter(input, side, confidenceOf(side, probability, fullAt), this.rules, reason);
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

/** The edge over even odds as a share of the edge at `fullAt`, at most 1. */
function confidenceOf(direction: Direction, probability: number, fullAt: number): number {
  return Math.min(1, Math.max(0, (direction * (probability - 0.5)) / (fullAt - 0.5)));
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
      fullAt: value('fullAt'),
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
