import { Decimal } from '@trading/trading-market';
import { inputAt, play } from '../testing/inputs';
import { modelThreshold } from './model-threshold';
import { parseParameters } from './parameters';

const create = (pairs: Record<string, string> = {}) =>
  modelThreshold.create(parseParameters(modelThreshold, { units: '100000', ...pairs }));
const predicted = (probability: number, index = 0) => inputAt(index, 1.3, { prediction: { probability, flags: [] } });
const targets = (probabilities: readonly number[], pairs?: Record<string, string>) =>
  play(create(pairs), probabilities.map(predicted)).map(({ intent }) =>
    intent.kind === 'target' ? intent.targetLots.toNumber() : 'hold',
  );

describe('model-threshold', () => {
  it('enters at enter, stays in between, leaves below exit', () => {
    expect(targets([0.54, 0.55, 0.52, 0.5, 0.49, 0.54])).toEqual(['hold', 1, 'hold', 'hold', 0, 'hold']);
  });

  it('does not sell short unless allowed', () => {
    expect(targets([0.1])).toEqual(['hold']);
    expect(targets([0.6, 0.1])).toEqual([1, 0]);
  });

  it('sells short where allowed, and leaves above exit', () => {
    const pairs = { allowShort: '1' };
    expect(targets([0.45, 0.48, 0.5, 0.51], pairs)).toEqual([-1, 'hold', 'hold', 0]);
    expect(targets([0.6, 0.4, 0.6], pairs)).toEqual([1, -1, 1]);
  });

  it.each(['WARMING_UP', 'STALE_BAR', 'EXPIRED_MODEL', 'OUT_OF_RANGE', 'NO_MODEL', 'IN_SAMPLE'])(
    'holds on a prediction flagged %s and says so',
    (flag) => {
      const { intent } = create().onBar(inputAt(0, 1.3, { prediction: { probability: 0.9, flags: [flag] } }));
      expect(intent).toEqual({ kind: 'hold', reason: `the prediction is flagged ${flag}` });
    },
  );

  it.each([undefined, Number.NaN, -0.1, 1.1])('holds on a probability of %p', (probability) => {
    const prediction = probability === undefined ? { flags: [] } : { probability, flags: [] };
    const { intent } = create().onBar(inputAt(0, 1.3, { prediction, positionLots: new Decimal(1) }));
    expect(intent).toEqual({ kind: 'hold', reason: 'no prediction' });
  });

  it('risks more the surer the model is', () => {
    const strategy = create({ units: '0' });
    const lots = [0.55, 0.58, 0.6, 0.9].map((probability) => {
      const { intent } = strategy.onBar(predicted(probability));
      return intent.kind === 'target' ? `${intent.confidence.toFixed(2)} ${intent.targetLots.toFixed()}` : 'hold';
    });
    // Over 3 × 20 pips and the spread full risk would be 1.63 lots; twice the equity bounds it at 1.53.
    expect(lots).toEqual(['0.50 0.81', '0.80 1.31', '1.00 1.53', '1.00 1.53']);
  });
});
