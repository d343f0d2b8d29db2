import { terminal } from '@trading/contracts';
import { parseZone, type Zone } from '@trading/trading-market';
import { BrokerClock } from './broker-clock';

const HOUR_US = 3_600_000_000;
const at = (iso: string): number => Date.parse(`${iso}Z`) * 1000;
const WINTER = at('2026-01-15T12:00:00');
const SUMMER = at('2026-07-15T12:00:00');

describe("the clock of a broker's server", () => {
  const clock = new BrokerClock(parseZone('ny+7') as Zone, () => SUMMER);
  const told = (type: string, body: unknown): unknown => clock.told(terminal.envelope(type, body, 1)).d;

  it('is in all times that are told, each by the offset of its date', () => {
    expect(told('tick', { symbol: 'EURUSD', first: 1, t: [WINTER, SUMMER], b: [], a: [] })).toMatchObject({
      t: [WINTER + 2 * HOUR_US, SUMMER + 3 * HOUR_US],
    });
    const snapshot = { time: SUMMER, account: { time: SUMMER }, orders: [{ placed: WINTER, expires: 0 }], deals: [] };
    expect(told('snapshot', snapshot)).toEqual({
      time: SUMMER + 3 * HOUR_US,
      account: { time: SUMMER + 3 * HOUR_US },
      orders: [{ placed: WINTER + 2 * HOUR_US, expires: 0 }],
      deals: [],
    });
    expect(told('query.result', { coid: 'c', known: true, result: { time: WINTER } })).toMatchObject({
      result: { time: WINTER + 2 * HOUR_US },
    });
    expect(told('cmd.ack', { coid: 'c', time: WINTER })).toEqual({ coid: 'c', time: WINTER });
  });

  it('is told as it is now with the account', () => {
    expect(told('account', { time: WINTER })).toEqual({ time: WINTER + 2 * HOUR_US, bt: SUMMER + 3 * HOUR_US });
  });

  it('is in the times that the gateway asks with', () => {
    const heard = clock.heard(terminal.envelope('rates.get', { from: WINTER, to: SUMMER }, 1)).d;
    expect(heard).toEqual({ from: WINTER - 2 * HOUR_US, to: SUMMER - 3 * HOUR_US });
    expect(clock.heard(terminal.envelope('order.submit', { notAfter: WINTER }, 1)).d).toEqual({ notAfter: WINTER });
  });
});
