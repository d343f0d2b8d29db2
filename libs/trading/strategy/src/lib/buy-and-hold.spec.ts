import { buyAndHold } from './buy-and-hold';
import { inputAt, play } from '../testing/inputs';
import { parseParameters } from './parameters';

const create = (pairs: Record<string, string> = {}) => buyAndHold.create(parseParameters(buyAndHold, pairs));

describe('buy-and-hold', () => {
  it('buys once, with the first bar that closes when trading may begin', () => {
    const tradeFromUs = inputAt(2).bar.closeTimeUs;
    const outputs = play(
      create(),
      [0, 1, 2, 3].map((index) => inputAt(index, 1.3, { tradeFromUs })),
    );
    expect(outputs.map(({ intent }) => intent.kind)).toEqual(['hold', 'hold', 'target', 'hold']);
  });

  it('spends the equity, times the exposure, at the ask', () => {
    const bought = (pairs: Record<string, string>) => create(pairs).onBar(inputAt(0)).intent;
    // 100 000 / (1.3001 × 100 000) lots.
    expect(bought({})).toMatchObject({ targetLots: expect.objectContaining({}), reason: 'the purchase' });
    expect(JSON.stringify(bought({}))).toContain('"targetLots":"0.76"');
    expect(JSON.stringify(bought({ exposure: '0.5' }))).toContain('"targetLots":"0.38"');
  });

  it('has no stop by default, and one where asked', () => {
    expect(create().onBar(inputAt(0)).intent).not.toHaveProperty('stopLoss');
    expect(JSON.stringify(create({ stopAtr: '2' }).onBar(inputAt(0)).intent)).toContain('"stopLoss":"1.296"');
  });

  it('waits for ATR where it wants a stop', () => {
    const strategy = create({ stopAtr: '2' });
    expect(strategy.onBar(inputAt(0, 1.3, { atr: Number.NaN })).intent.kind).toBe('hold');
    expect(strategy.onBar(inputAt(1)).intent.kind).toBe('target');
  });
});
