import { outcomeClass } from '@trading/trading-orders';
import { MT4_ERROR, mt4ErrorOf } from './mt4-error';
import { RETCODE } from './retcode';

const CODES = Object.values(RETCODE);

describe('the words of MetaTrader 4 for what MetaTrader 5 answers', () => {
  it('are known for every code', () => {
    for (const retcode of CODES) expect(Object.values(MT4_ERROR)).toContain(mt4ErrorOf(retcode));
  });

  it('are a success exactly where that is one', () => {
    const done = CODES.filter((retcode) => outcomeClass('MT5', 'submit', retcode) === 'done');
    expect(CODES.filter((retcode) => mt4ErrorOf(retcode) === MT4_ERROR.NO_ERROR)).toEqual(done);
  });

  it('never make a refusal of what is unknown, nor a doubt of what is refused', () => {
    for (const retcode of CODES) {
      const isUnknown = outcomeClass('MT5', 'submit', retcode) === 'unknown';
      expect([retcode, outcomeClass('MT4', 'submit', mt4ErrorOf(retcode)) === 'unknown']).toEqual([retcode, isUnknown]);
    }
  });

  it('call the price of a pending order its stops', () => {
    expect(mt4ErrorOf(RETCODE.INVALID_PRICE)).toBe(MT4_ERROR.INVALID_PRICE);
    expect(mt4ErrorOf(RETCODE.INVALID_PRICE, true)).toBe(MT4_ERROR.INVALID_STOPS);
  });
});
