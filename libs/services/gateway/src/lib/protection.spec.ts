import { common } from '@trading/contracts';
import { loosens } from './protection';

const LONG = { side: common.Side.BUY, stopLoss: '1.05', takeProfit: '1.20' };
const SHORT = { side: common.Side.SELL, stopLoss: '1.20', takeProfit: '1.05' };

describe('a change of protection', () => {
  it.each<[string, Parameters<typeof loosens>[0], boolean, boolean]>([
    ['nothing', {}, false, false],
    ['a stop loss further below', { stopLoss: '1.04' }, true, false],
    ['a stop loss further above', { stopLoss: '1.21' }, false, true],
    ['no stop loss', { stopLoss: '' }, true, true],
    ['a stop loss of 0', { stopLoss: '0' }, true, true],
    ['a take profit further above', { takeProfit: '1.21' }, true, false],
    ['a take profit further below', { takeProfit: '1.04' }, false, true],
    ['no take profit', { takeProfit: '' }, true, true],
    ['a tighter stop and no take profit', { stopLoss: '1.10', takeProfit: '' }, true, true],
    ['both in the middle', { stopLoss: '1.10', takeProfit: '1.10' }, false, false],
  ])('that sets %s loosens a long position: %s, a short one: %s', (_what, change, ofLong, ofShort) => {
    expect([loosens(change, LONG), loosens(change, SHORT)]).toEqual([ofLong, ofShort]);
  });

  it('loosens nothing where there was none', () => {
    for (const none of ['', '0', '0.00000']) {
      const bare = { side: common.Side.BUY, stopLoss: none, takeProfit: none };
      expect(loosens({ stopLoss: '1.00', takeProfit: '1.30' }, bare)).toBe(false);
      expect(loosens({ stopLoss: '', takeProfit: '' }, bare)).toBe(false);
    }
  });
});
