import { evaluateOrderChange, evaluateStopChange, lowersRisk } from './evaluate-change';
import type { OrderToCheck } from './risk-input';
import { dec, riskInput, type Changes } from './testing/risk-input-of';

const limitOrder = (changes: Partial<OrderToCheck> = {}): OrderToCheck => ({
  ...riskInput({ order: { type: 'LIMIT', price: dec('1.09') } }).order,
  stopLoss: dec('1.08'),
  ...changes,
});
const { stopLoss: _stopLoss, ...withoutStop } = limitOrder();

describe('a change of a working order', () => {
  it.each<[string, OrderToCheck, OrderToCheck, boolean]>([
    ['a stop that comes nearer', limitOrder(), limitOrder({ stopLoss: dec('1.085') }), true],
    ['a stop that is added', withoutStop, limitOrder(), true],
    ['a better price with its stop', limitOrder(), limitOrder({ price: dec('1.08'), stopLoss: dec('1.07') }), true],
    ['another take profit', limitOrder(), limitOrder({ takeProfit: dec('1.2') }), true],
    ['a shorter life', limitOrder(), limitOrder({ expiresUs: 5 }), true],
    ['a stop that moves off', limitOrder(), limitOrder({ stopLoss: dec('1.07999') }), false],
    ['a stop that is taken away', limitOrder(), withoutStop, false],
    ['a worse price', limitOrder(), limitOrder({ price: dec('1.091'), stopLoss: dec('1.085') }), false],
    ['a longer life', limitOrder({ expiresUs: 5 }), limitOrder({ expiresUs: 6 }), false],
    ['a life without end', limitOrder({ expiresUs: 5 }), limitOrder(), false],
    [
      'a sale at a better price',
      limitOrder({ side: 'SELL', price: dec('1.2'), stopLoss: dec('1.3') }),
      limitOrder({ side: 'SELL', price: dec('1.21'), stopLoss: dec('1.3') }),
      true,
    ],
    ['anything about a reduction', { ...withoutStop, reduceOnly: true }, { ...withoutStop, price: dec('2') }, true],
  ])('by %s', (_what, before, after, lowers) => {
    expect(lowersRisk(before, after)).toBe(lowers);
  });

  const evaluate = (after: OrderToCheck, changes: Changes = {}) =>
    evaluateOrderChange({ ...riskInput({ ...changes, reservations: [{ coid: 'c1' }] }), order: after }, limitOrder());

  it('passes in any state when it only lowers risk, and only on the grid', () => {
    const halted = { input: { tradingState: 'HALTED', account: undefined, quote: undefined } } as const;
    expect(evaluate(limitOrder({ stopLoss: dec('1.085') }), halted)).toMatchObject({ kind: 'approved' });
    expect(evaluate(limitOrder({ stopLoss: dec('1.085001') }), halted)).toMatchObject({ code: 'STOP_OFF_TICK' });
  });

  it('is checked as an entry when it raises risk, in place of the order that it changes', () => {
    const off = limitOrder({ stopLoss: dec('1.07') });
    expect(evaluate(off)).toMatchObject({ kind: 'approved', order: { kind: 'approved' } });
    expect(
      evaluate(off, { limits: { maxPositionLots: '0.1', maxOpenOrders: 1, duplicateGuardMs: 1000 } }),
    ).toMatchObject({
      kind: 'approved',
    });
    expect(evaluate(off, { input: { tradingState: 'HALTED' } })).toMatchObject({ code: 'TRADING_STATE_HALTED' });
    expect(evaluate(off, { limits: { maxRiskPerTradePct: '1.99' } })).toMatchObject({ code: 'TRADE_RISK_EXCEEDED' });
    expect(evaluate(off, { anchors: [{ floor: dec('9801') }] })).toMatchObject({ code: 'LOSS_LIMIT' });
  });
});

describe("a change of a position's stops", () => {
  const position = { lots: dec('0.1'), stopLoss: dec('1.09') };
  const evaluate = (stopLoss: string | undefined, changes: Changes = {}, takeProfit?: string) =>
    evaluateStopChange(riskInput({ position, ...changes }), {
      key: 'EURUSD',
      stopLoss: stopLoss === undefined ? undefined : dec(stopLoss),
      takeProfit: takeProfit === undefined ? undefined : dec(takeProfit),
    });
  const halted: Changes = { input: { tradingState: 'HALTED' } };

  it('passes in any state when the stop comes nearer or only the take profit moves', () => {
    expect(evaluate('1.095', halted)).toMatchObject({ kind: 'approved' });
    expect(evaluate('1.09', halted, '1.2')).toMatchObject({ kind: 'approved' });
    expect(evaluate('1.05', { ...halted, position: { lots: dec('0.1') } })).toMatchObject({ kind: 'approved' });
    const short = { lots: dec('-0.1'), stopLoss: dec('1.12') };
    expect(evaluate('1.11', { ...halted, position: short })).toMatchObject({ kind: 'approved' });
    expect(evaluate('1.13', { ...halted, position: short })).toMatchObject({ code: 'TRADING_STATE_HALTED' });
  });

  it('is checked like an entry when the stop moves off or is taken away', () => {
    expect(evaluate('1.08')).toMatchObject({ kind: 'approved' });
    expect(evaluate('1.08', halted)).toMatchObject({ code: 'TRADING_STATE_HALTED' });
    expect(evaluate('1.08', { input: { tradingState: 'REDUCING' } })).toMatchObject({ code: 'TRADING_STATE_REDUCING' });
    expect(evaluate(undefined, { limits: { stopLossRequired: true } })).toMatchObject({ code: 'STOP_REQUIRED' });
    // From 1.1 to 1.08, 0.1 lots lose 200.
    expect(evaluate('1.08', { limits: { maxRiskPerTradePct: '1.99' } })).toMatchObject({ code: 'TRADE_RISK_EXCEEDED' });
    expect(evaluate('1.08', { anchors: [{ floor: dec(9800) }] })).toMatchObject({ kind: 'approved' });
    expect(evaluate('1.08', { anchors: [{ floor: dec('9800.01') }] })).toMatchObject({ code: 'LOSS_LIMIT' });
  });

  it('is refused for a position that is not there', () => {
    expect(evaluate('1.08', { position: { lots: dec(0) } })).toMatchObject({ code: 'ORDER_UNKNOWN' });
  });
});
