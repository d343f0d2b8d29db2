import { clientOrderId, decisionId, operatorOrderId } from './ids';

const parts = { runId: 'run-1', accountId: 'paper-1', strategyId: 'sma-cross', symbol: 'EURUSD', triggerSeq: 17 };

describe('ids', () => {
  it('never change: stored orders are found by them', () => {
    expect(decisionId(parts)).toBe('sg85070cfavdsb72t7mz1s5aqq');
    expect(clientOrderId(decisionId(parts), 0)).toBe('p4asv30tdr0ca1taq7kxdzsgkc');
    expect(operatorOrderId('paper-1', 'request-1', 0)).toBe('zdhmyy7m3pwxa3yk5s86zsszxr');
  });

  it('are 26 letters and digits, fit for a comment at the broker', () => {
    for (const id of [decisionId(parts), clientOrderId('d', 1), operatorOrderId('a', 'r', 2)]) {
      expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
    }
  });

  it('differ with every part', () => {
    const ids = [
      decisionId(parts),
      ...Object.keys(parts).map((name) => decisionId({ ...parts, [name]: 'other' })),
      decisionId({ ...parts, runId: 'run-', accountId: '1paper-1' }),
      clientOrderId('d', 0),
      clientOrderId('d', 1),
      operatorOrderId('d', '0', 0),
      operatorOrderId('d', '0', 1),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('take a sequence number as text or number alike', () => {
    expect(decisionId({ ...parts, triggerSeq: '17' })).toBe(decisionId(parts));
  });
});
