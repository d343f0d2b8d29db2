import * as messages from './messages';

const SUBMIT: messages.OrderSubmit = {
  coid: 'c-1',
  symbol: 'EURUSD',
  side: 'BUY',
  type: 'MARKET',
  volume: '0.10',
  worstPrice: '1.38900',
  sl: '1.38000',
  fillings: ['FOK'],
  tif: 'IOC',
  magic: '18446744073709551615',
  tag: 'Q0123456789ABC',
  notAfter: 1_398_902_400_000_000,
  epoch: 3,
  reduceOnly: false,
};

describe('messages of the terminal protocol', () => {
  it('travel in an envelope that its reader accepts', () => {
    const sent = messages.envelope('order.submit', SUBMIT, 1_398_902_400_000_000, { id: '7', ack: 12 });
    const read = messages.envelopeSchema.parse(JSON.parse(JSON.stringify(sent)));
    expect(read).toEqual({ v: 1, t: 'order.submit', ts: 1_398_902_400_000_000, id: '7', ack: 12, d: SUBMIT });
    expect(messages.orderSubmitSchema.parse(read.d)).toEqual(SUBMIT);
  });

  it('of another version are refused', () => {
    const other = { ...messages.envelope('ping', { t0: 1 }, 1), v: 2 };
    expect(messages.envelopeSchema.safeParse(other).success).toBe(false);
  });

  it.each(['0.10', '-3', '1.38900', '0'])('take %s for a decimal', (volume) => {
    expect(messages.orderSubmitSchema.safeParse({ ...SUBMIT, volume }).success).toBe(true);
  });

  it.each(['', '1e5', '.5', '1.', '1,5', ' 1', 'NaN', 'Infinity', '0x10', '+1', '1\n'])(
    'do not take %j for a decimal',
    (volume) => {
      const { success, error } = messages.orderSubmitSchema.safeParse({ ...SUBMIT, volume });
      expect(success).toBe(false);
      expect(error?.issues[0]).toMatchObject({ path: ['volume'], message: expect.stringContaining('decimal') });
    },
  );

  it.each([
    ['a number where money must be exact', { volume: 0.1 }],
    ['a side that is none', { side: 'LONG' }],
    ['a time with a fraction', { notAfter: 1.5 }],
    ['a time beyond exact integers', { notAfter: 2 ** 60 }],
    ['no epoch', { epoch: undefined }],
    ['no word on reducing', { reduceOnly: undefined }],
  ])('are refused with %s', (_, changes) => {
    expect(messages.orderSubmitSchema.safeParse({ ...SUBMIT, ...changes }).success).toBe(false);
  });
});
