import { InboundBudget } from './inbound-budget';

const RATES = { framesPerSecond: 100, bytesPerSecond: 10_000 };

describe('the budget of what a terminal may send', () => {
  it('lets two seconds of its rates come at once, and its rates for ever', () => {
    const budget = new InboundBudget(RATES, 0);
    expect(budget.take(200, 20_000, 0)).toBe(0);
    for (let second = 1; second <= 3_600; second++) {
      expect(budget.take(100, 10_000, second * 1_000)).toBe(0);
    }
  });

  it('holds up for as long as the rates need, by frames or by bytes', () => {
    expect(new InboundBudget(RATES, 0).take(250, 0, 0)).toBe(500);
    expect(new InboundBudget(RATES, 0).take(1, 25_000, 0)).toBe(500);
  });

  it('saves nothing up beyond its burst', () => {
    const budget = new InboundBudget(RATES, 0);
    expect(budget.take(250, 0, 3_600_000)).toBe(500);
  });

  it('calls it a flood when somebody has to be held up again and again, and forgives what is long ago', () => {
    const flood = new InboundBudget(RATES, 0);
    const answers: (number | 'flood')[] = [];
    for (let nowMs = 0; nowMs <= 60_000 && !answers.includes('flood'); nowMs += 2_000) {
      answers.push(flood.take(400, 0, nowMs));
    }
    expect(answers.at(-1)).toBe('flood');

    const bursts = new InboundBudget(RATES, 0);
    for (let minute = 0; minute < 60; minute++) expect(bursts.take(1_000, 0, minute * 60_000)).toBe(8_000);
  });
});
