import type { gateway } from '@trading/contracts';
import { ACCOUNT, dealOf, orderOf, resultOf, timeOf } from '../testing/messages';
import { happeningsOfDeal, happeningsOfResult } from './broker-happenings';
import { advance, requestOf, type Happening, type OrderRecord } from './order-record';

const EVENT: gateway.TradeEvent = {
  accountId: ACCOUNT,
  sessionId: 's',
  seq: 7,
  journalId: '',
  timeUs: timeOf(3),
  ingestUs: 0,
  barrier: 3,
  body: undefined,
};

/** Orders as they are after happenings. */
class Orders {
  private readonly records = new Map<string, OrderRecord>();
  readonly find = async (coid: string) => this.records.get(coid);

  take(happenings: readonly Happening[]): string[] {
    for (const happening of happenings)
      this.records.set(happening.coid, advance(this.records.get(happening.coid), happening, 1));
    return happenings.map((h) => h.event.kind);
  }

  submitted(coid: string): this {
    const request = orderOf(coid);
    this.take([
      { coid, cause: 'submit', request, event: { kind: 'INITIALIZED', timeUs: 0, request: requestOf(request) } },
      { coid, cause: 'submit', event: { kind: 'SUBMITTED', timeUs: 0 } },
    ]);
    return this;
  }

  async result(coid: string, changes: Partial<gateway.CommandResult> = {}): Promise<string[]> {
    return this.take(await happeningsOfResult(EVENT, resultOf(coid, changes), this.find));
  }

  async deal(ticket: string, coid: string, changes: Partial<gateway.Deal> = {}): Promise<string[]> {
    return this.take(await happeningsOfDeal(EVENT, dealOf(ticket, coid, changes), this.find));
  }

  state(coid: string): string | undefined {
    return this.records.get(coid)?.view.state;
  }

  order(coid: string) {
    return this.records.get(coid)?.order;
  }
}

describe('the result of a command', () => {
  it.each([
    ['DONE', ['ACCEPTED'], 'ACCEPTED'],
    ['PARTIAL', ['ACCEPTED'], 'ACCEPTED'],
    ['PLACED', ['ACCEPTED'], 'ACCEPTED'],
    ['REJECTED', ['REJECTED'], 'REJECTED'],
    ['UNKNOWN', ['UNKNOWN'], 'UNKNOWN'],
    ['a word nobody knows', ['UNKNOWN'], 'UNKNOWN'],
  ])('%s of an order on its way makes it %s', async (status, kinds, state) => {
    const orders = new Orders().submitted('order-1');
    expect(await orders.result('order-1', { status, retcode: 10009, message: 'said' })).toEqual(kinds);
    expect(orders.state('order-1')).toBe(state);
    expect(orders.order('order-1')).toMatchObject({ code: '10009', message: 'said' });
  });

  it('says nothing new after the deal, nor of an order that is none of ours', async () => {
    const orders = new Orders().submitted('order-1');
    await orders.deal('d1', 'order-1');
    for (const status of ['DONE', 'REJECTED', 'UNKNOWN'])
      expect(await orders.result('order-1', { status })).toEqual([]);
    expect(await orders.result('order-2')).toEqual([]);
  });

  it('accepts an order of unknown whereabouts once', async () => {
    const orders = new Orders().submitted('order-1');
    await orders.result('order-1', { status: 'UNKNOWN' });
    expect(await orders.result('order-1')).toEqual(['ACCEPTED']);
    expect(await orders.result('order-1')).toEqual([]);
  });

  it('does not reject what is filled in part', async () => {
    const orders = new Orders().submitted('order-1');
    await orders.deal('d1', 'order-1', { volumeLots: '0.04' });
    expect(await orders.result('order-1', { status: 'REJECTED' })).toEqual([]);
    expect(orders.state('order-1')).toBe('PARTIALLY_FILLED');
  });

  it('leaves the ticket alone when it names none', async () => {
    const orders = new Orders().submitted('order-1');
    await orders.deal('d1', 'order-1', { volumeLots: '0.04', orderTicket: 'o9' });
    await orders.deal('d2', 'order-1', { volumeLots: '0.01', orderTicket: '' });
    expect(orders.order('order-1')?.brokerTicket).toBe('o9');
  });
});

describe('a deal', () => {
  it('fills our order, in parts where there are parts, each once', async () => {
    const orders = new Orders().submitted('order-1');
    expect(await orders.deal('d1', 'order-1', { volumeLots: '0.04' })).toEqual(['FILLED']);
    expect(await orders.deal('d1', 'order-1', { volumeLots: '0.04' })).toEqual([]);
    expect(await orders.deal('d2', 'order-1', { volumeLots: '0.06' })).toEqual(['FILLED']);
    expect(orders.state('order-1')).toBe('FILLED');
  });

  it('beyond what was ordered is said to be so, and booked: the broker’s books count', async () => {
    const orders = new Orders().submitted('order-1');
    expect(await orders.deal('d1', 'order-1', { volumeLots: '0.15' })).toEqual(['OVERFILL', 'FILLED']);
    expect(await orders.deal('d2', 'order-1', { volumeLots: '0.01' })).toEqual(['FILLED']);
    expect(orders.order('order-1')).toMatchObject({ filledLots: '0.16' });
  });

  it.each([
    ['ORIGIN_BROKER', 'sl'],
    ['ORIGIN_EXTERNAL', 'order'],
  ] as const)(
    'of nobody’s order (%s) is an order of its own, under an id that its ticket gives',
    async (origin, reason) => {
      const orders = new Orders();
      const made = await happeningsOfDeal(EVENT, dealOf('d1', '', { origin, reason }), orders.find);
      expect(made.map((h) => h.event.kind)).toEqual(['INITIALIZED', 'SUBMITTED', 'FILLED']);
      expect(made[0]).toMatchObject({ request: { origin, reduceOnly: false, comment: reason }, cause: 'trade:7' });
      orders.take(made);
      expect(await orders.deal('d1', '', { origin, reason })).toEqual([]);
      expect(await orders.deal('d2', '', { origin, reason })).toEqual(['INITIALIZED', 'SUBMITTED', 'FILLED']);
    },
  );

  it('of a close that the gateway sent while execution was away keeps that close’s id, in parts too', async () => {
    const orders = new Orders();
    expect(await orders.deal('d1', 'GCLOSE', { volumeLots: '0.04' })).toEqual(['INITIALIZED', 'SUBMITTED', 'FILLED']);
    expect(orders.order('GCLOSE')?.request?.origin).toBe('ORIGIN_OPERATOR');
    expect(await orders.deal('d2', 'GCLOSE', { volumeLots: '0.06' })).toEqual(['OVERFILL', 'FILLED']);
    expect(orders.order('GCLOSE')).toMatchObject({ filledLots: '0.1', state: 'ORDER_STATE_FILLED' });
  });

  it('comes late to an order that had ended, and keeps its end', async () => {
    const orders = new Orders().submitted('order-1');
    await orders.result('order-1', { status: 'REJECTED' });
    expect(await orders.deal('d1', 'order-1', { volumeLots: '0.04' })).toEqual(['FILLED']);
    expect(orders.state('order-1')).toBe('REJECTED');
  });
});
