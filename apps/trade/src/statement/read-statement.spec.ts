import { parseZone } from '@trading/trading-market';
import { MT4_STATEMENT, MT5_CSV, MT5_REPORT } from '../testing/statement-samples';
import { decode, parseStatement, readStatement } from './read-statement';
import { numberCell } from './statement-cells';

const UTC = parseZone('UTC')!;
const us = (iso: string) => Date.parse(iso) * 1000;

describe('reading an account history', () => {
  it.each([
    ['a page', MT5_REPORT],
    ['a file of columns', MT5_CSV],
  ])('takes the deals of MetaTrader 5 from %s', (_, text) => {
    const { platform, deals, money, cash, balance } = parseStatement(text, UTC);
    expect(platform).toBe('MT5');
    expect(deals).toEqual([
      {
        ticket: '101',
        symbol: 'EURUSD.m',
        side: 'BUY',
        volumeLots: '0.10',
        price: '1.09400',
        timeUs: us('2024-03-11T10:00Z'),
        group: '101',
      },
      {
        ticket: '102',
        symbol: 'EURUSD.m',
        side: 'SELL',
        volumeLots: '0.10',
        price: '1.09500',
        timeUs: us('2024-03-11T12:00Z'),
        group: '102',
      },
    ]);
    expect(money[1]).toEqual({ group: '102', commission: '-0.35', swap: '-0.10', profit: '10.00' });
    expect(cash).toEqual([{ ticket: '100', kind: 'balance', amount: '10000', timeUs: us('2024-03-11T09:00Z') }]);
    expect(balance).toBe('10009.20');
  });

  it('makes of the tickets of MetaTrader 4 what opened and what closed them, through partial closes', () => {
    const { platform, deals, money, cash, balance } = parseStatement(MT4_STATEMENT, UTC);
    expect(platform).toBe('MT4');
    expect(deals.map(({ ticket, side, volumeLots, price, group }) => [ticket, side, volumeLots, price, group])).toEqual(
      [
        ['200-in', 'SELL', '0.1', '1.09500', '200'],
        ['200-out', 'BUY', '0.04', '1.09400', '200'],
        ['201-out', 'BUY', '0.06', '1.09300', '200'],
        ['300-in', 'BUY', '0.1', '1.09000', '300'],
      ],
    );
    expect(money).toEqual([{ group: '200', commission: '-0.7', swap: '-0.15', profit: '16' }]);
    expect(cash).toEqual([{ ticket: '199', kind: 'balance', amount: '5000.00', timeUs: us('2024-03-11T09:00Z') }]);
    expect(balance).toBe('5015.15');
  });

  it('reads times in the zone of the broker, with its daylight saving', () => {
    // New York had moved to summer time the day before, Europe had not.
    const [deal] = parseStatement(MT5_CSV, parseZone('ny+7')!).deals;
    expect(deal!.timeUs).toBe(us('2024-03-11T07:00Z'));
    expect(parseStatement(MT5_CSV, parseZone('Europe/Athens')!).deals[0]!.timeUs).toBe(us('2024-03-11T08:00Z'));
  });

  it('reads UTF-16 either way round, with and without a mark', () => {
    const little = Buffer.from(`\ufeff${MT5_REPORT}`, 'utf16le');
    for (const bytes of [little, little.subarray(2), Buffer.from(little).swap16(), Buffer.from(MT5_REPORT)]) {
      expect(parseStatement(decode(bytes), UTC).deals).toHaveLength(2);
    }
  });

  it.each([
    ['10 000.00', '10000.00'],
    ['1\u00a0234\u202f567.89', '1234567.89'],
    ['1,234.50', '1234.50'],
    ['12,5', '12.5'],
    ['\u2212 7.30', '-7.30'],
    ['', '0'],
  ])('reads the number %j', (text, number) => expect(numberCell(text)).toBe(number));

  it('says so when a file is no account history', async () => {
    expect(() => parseStatement('<table><tr><td>Hello</td></tr></table>', UTC)).toThrow('no account history');
    expect(() => parseStatement(MT5_CSV.replace('1.09400', 'abc'), UTC)).toThrow('abc where a number should be');
    await expect(readStatement('/nowhere/statement.html', UTC)).rejects.toMatchObject({ exitCode: 3 });
  });
});
