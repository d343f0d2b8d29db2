import { common } from '../index';
import { bare, wire, WordMissing } from './words';

describe('enum words', () => {
  it('lose their prefix on the way in', () => {
    expect(bare('SIDE', common.Side.BUY)).toBe('BUY');
    expect(bare('ORDER_STATE', 'ORDER_STATE_PARTIALLY_FILLED')).toBe('PARTIALLY_FILLED');
  });

  it('gain it on the way out', () => {
    expect(wire('SIDE', 'SELL')).toBe(common.Side.SELL);
    expect(wire('TIME_IN_FORCE', 'GTC')).toBe(common.TimeInForce.GTC);
  });

  it('come back as they were', () => {
    for (const state of Object.values(common.OrderState)) {
      if (state !== common.OrderState.UNSPECIFIED) expect(wire('ORDER_STATE', bare('ORDER_STATE', state))).toBe(state);
    }
  });

  it('are refused when the message does not say one', () => {
    expect(() => bare('SIDE', common.Side.UNSPECIFIED)).toThrow(WordMissing);
    expect(() => bare('TRADING_STATE', common.TradingState.UNSPECIFIED)).toThrow(
      'A message does not say its trading_state.',
    );
  });
});
