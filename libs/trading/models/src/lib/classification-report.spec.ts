import fc from 'fast-check';
import { areaUnderRoc, reportClassification } from './classification-report';

describe('reportClassification', () => {
  it('scores the probabilities beside the baselines', () => {
    const report = reportClassification([0.8, 0.4, 0.6, 0.3], [1, 1, 0, 0], 0.6);
    expect(report.logLoss).toBeCloseTo(-(Math.log(0.8) + Math.log(0.4) + Math.log(0.4) + Math.log(0.7)) / 4, 12);
    expect(report.baselineLogLoss).toBeCloseTo(-(Math.log(0.6) + Math.log(0.4)) / 2, 12);
    expect(report).toMatchObject({ rows: 4, accuracy: 0.5, majorityAccuracy: 0.5, auc: 0.75, baseRate: 0.6 });
  });

  it('takes the majority from training, even where it is wrong', () => {
    expect(reportClassification([0.5, 0.5], [0, 0], 0.7).majorityAccuracy).toBe(0);
  });
});

describe('areaUnderRoc', () => {
  it('is the share of pairs in the right order, ties counted half', () => {
    const cases = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom<0 | 1>(0, 1)), { minLength: 2 });
    fc.assert(
      fc.property(cases, (pairs) => {
        const scores = (label: 0 | 1) => pairs.filter(([, other]) => other === label).map(([score]) => score);
        const [up, down] = [scores(1), scores(0)];
        fc.pre(up.length > 0 && down.length > 0);
        let wins = 0;
        for (const a of up) for (const b of down) wins += a > b ? 1 : a === b ? 0.5 : 0;
        const auc = areaUnderRoc(
          pairs.map(([score]) => score),
          pairs.map(([, label]) => label),
        );
        expect(auc).toBeCloseTo(wins / (up.length * down.length), 12);
      }),
      { seed: 42 },
    );
  });

  it('is NaN when one class is absent', () => {
    expect(areaUnderRoc([0.1, 0.9], [1, 1])).toBeNaN();
  });
});
