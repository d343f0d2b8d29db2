import { evaluateFailConditions, parseFailCondition, type FailCondition } from './fail-condition';

const SUMMARY = {
  maxDrawdownPct: 10.5,
  pnl: '-12.50',
  orders: { rejected: 0, filled: 30 },
  sharpe: null,
  symbol: 'EURUSD',
  files: ['a'],
};

const condition = (text: string): FailCondition => parseFailCondition(text)!;

describe('parseFailCondition', () => {
  it.each([
    ['maxDrawdownPct>10', { metric: 'maxDrawdownPct', op: '>', value: 10 }],
    [' pnl <= -1.5 ', { metric: 'pnl', op: '<=', value: -1.5 }],
    ['orders.rejected==0', { metric: 'orders.rejected', op: '==', value: 0 }],
    ['a>=1e3', { metric: 'a', op: '>=', value: 1000 }],
    ['b<.5', { metric: 'b', op: '<', value: 0.5 }],
  ])('reads %s', (text, expected) => {
    expect(parseFailCondition(text)).toEqual({ text: text.trim(), ...expected });
  });

  it.each(['', 'pnl', 'pnl>', '>3', 'pnl=3', 'pnl>three', 'pnl!=3', 'a..b>1', 'pnl>1 and x<2', 'pnl>1%%'])(
    'refuses "%s"',
    (text) => {
      expect(parseFailCondition(text)).toBeUndefined();
    },
  );
});

describe('evaluateFailConditions', () => {
  it.each([
    ['maxDrawdownPct>10', true],
    ['maxDrawdownPct>10.5', false],
    ['maxDrawdownPct>=10.5', true],
    ['pnl<0', true],
    ['pnl<-12.5', false],
    ['pnl<=-12.5', true],
    ['orders.filled==30', true],
    ['orders.rejected>0', false],
    ['sharpe<1', false],
  ])('%s fails the run: %s', (text, fails) => {
    expect(evaluateFailConditions(SUMMARY, [condition(text)]).kind).toBe(fails ? 'failed' : 'passed');
  });

  it('lists every condition that holds, with what was observed', () => {
    const verdict = evaluateFailConditions(SUMMARY, ['pnl<0', 'orders.rejected>0', 'maxDrawdownPct>10'].map(condition));
    expect(verdict).toMatchObject({
      kind: 'failed',
      failures: [{ observed: -12.5 }, { message: 'maxDrawdownPct is 10.5, which is > 10.' }],
    });
  });

  it.each(['maxDrawDownPct>10', 'symbol>1', 'orders>1', 'toString>1'])(
    'names the known metrics for the unknown one of %s',
    (text) => {
      const verdict = evaluateFailConditions(SUMMARY, [condition(text)]);
      expect(verdict).toMatchObject({
        kind: 'unknownMetric',
        known: ['maxDrawdownPct', 'pnl', 'orders.rejected', 'orders.filled', 'sharpe'],
      });
    },
  );

  it('passes without conditions', () => {
    expect(evaluateFailConditions(SUMMARY, [])).toEqual({ kind: 'passed' });
  });
});
