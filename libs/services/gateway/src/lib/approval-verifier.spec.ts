import { generateKeyPairSync, sign } from 'node:crypto';
import { common } from '@trading/contracts';
import { ApprovalVerifier } from './approval-verifier';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const verifier = new ApprovalVerifier({ k: publicKey.export({ type: 'spki', format: 'pem' }).toString() });

const BOUNDS = { stopLoss: '1.20', takeProfit: '1.00', worstPrice: '1.05' };
const ORDER = common.OrderRequest.fromPartial({
  coid: 'c1',
  accountId: 'a',
  symbol: 'EURUSD',
  side: common.Side.SELL,
  type: common.OrderType.MARKET,
  volumeLots: '0.20',
  ...BOUNDS,
  reduceOnly: true,
  positionId: 'p1',
});
const ENVELOPE = common.ApprovalEnvelope.fromPartial({
  coid: ORDER.coid,
  accountId: ORDER.accountId,
  symbol: ORDER.symbol,
  side: ORDER.side,
  type: ORDER.type,
  volumeLots: ORDER.volumeLots,
  ...BOUNDS,
  reduceOnly: ORDER.reduceOnly,
  positionId: ORDER.positionId,
  notAfterUs: 1_000,
  epoch: 3,
  verb: 'submit',
});

const approve = (envelope = ENVELOPE, key = privateKey): common.Approval => {
  const bytes = Buffer.from(common.ApprovalEnvelope.encode(envelope).finish());
  return { envelope: bytes, keyId: 'k', signature: sign(null, bytes, key) };
};
const code = (order = ORDER, approval: common.Approval | undefined = approve(), epoch = 3, now = 999) => {
  const check = verifier.check(order, approval, epoch, now);
  return check.ok ? 'OK' : check.code;
};

describe('an approval', () => {
  it('lets exactly the approved command through, until its time is over', () => {
    expect(code()).toBe('OK');
    expect(code(ORDER, approve(), 3, 1_000)).toBe('OK');
    expect(code(ORDER, approve(), 3, 1_001)).toBe('APPROVAL_EXPIRED');
  });

  it.each<[string, Partial<common.OrderRequest>]>([
    ['client order id', { coid: 'c2' }],
    ['account', { accountId: 'b' }],
    ['symbol', { symbol: 'GBPUSD' }],
    ['side', { side: common.Side.BUY }],
    ['type', { type: common.OrderType.LIMIT }],
    ['volume', { volumeLots: '0.2' }],
    ['worst price', { worstPrice: '1.04' }],
    ['price', { price: '1.10' }],
    ['stop loss', { stopLoss: '1.30' }],
    ['absent stop loss', { stopLoss: undefined }],
    ['take profit', { takeProfit: '0.90' }],
    ['direction', { reduceOnly: false }],
    ['position', { positionId: 'p2' }],
  ])('is not for another %s', (_what, change) => {
    expect(code({ ...ORDER, ...change })).toBe('APPROVAL_MISMATCH');
  });

  it('is for one epoch and one verb', () => {
    expect(code(ORDER, approve(), 4)).toBe('APPROVAL_MISMATCH');
    expect(code(ORDER, approve({ ...ENVELOPE, verb: 'modify' }))).toBe('APPROVAL_MISMATCH');
  });

  it('is needed, from a known key, and as it was signed', () => {
    expect(verifier.check(ORDER, undefined, 3, 0)).toMatchObject({ code: 'APPROVAL_MISSING' });
    expect(code(ORDER, { ...approve(), keyId: 'other' })).toBe('APPROVAL_KEY_UNKNOWN');
    expect(code(ORDER, approve(ENVELOPE, generateKeyPairSync('ed25519').privateKey))).toBe('APPROVAL_FORGED');
    const larger = approve({ ...ENVELOPE, volumeLots: '2.00' }).envelope;
    expect(code({ ...ORDER, volumeLots: '2.00' }, { ...approve(), envelope: larger })).toBe('APPROVAL_FORGED');
    expect(code(ORDER, { ...approve(), signature: Buffer.alloc(0) })).toBe('APPROVAL_FORGED');
  });
});
