import { reportActivity } from './activity';

describe('reportActivity', () => {
  it('counts sides, quantiles and changes of side', () => {
    const probabilities = [0.4, 0.5, 0.53, 0.6, 0.47, 0.55];
    const report = reportActivity(probabilities.map((probability, i) => ({ timeUs: i, probability })));
    expect(report).toEqual({
      fromUs: 0,
      toUs: 5,
      predictions: 6,
      above52: 3,
      below48: 2,
      quantiles: { p5: 0.4, p25: 0.47, p50: 0.53, p75: 0.55, p95: 0.6 },
      crossingsOfHalf: 3,
      crossingsOfMedian: 3,
    });
  });

  it('has nothing to say about no predictions', () => {
    expect(reportActivity([])).toBeUndefined();
  });
});
