import { execution } from '@trading/contracts';
import { parseZone } from '@trading/trading-market';
import { MT4_STATEMENT, MT5_CSV } from '../testing/statement-samples';
import { compareStatement, type BookedHistory } from './compare-statement';
import { parseStatement } from './read-statement';

const UTC = parseZone('UTC')!;
const MT5 = parseStatement(MT5_CSV, UTC);
const at = (time: string) => Date.parse(`2024-03-11T${time}Z`) * 1000;

function fill(
  fillId: string,
  side: 'BUY' | 'SELL',
  time: string,
  changes: Partial<execution.Fill> = {},
): execution.Fill {
  const facts = {
    symbol: 'EURUSD',
    side: `SIDE_${side}` as const,
    volumeLots: '0.1',
    price: '1.094',
    timeUs: at(time),
  };
  return execution.Fill.fromPartial({ fillId, ...facts, commission: '-0.35', swap: '0', realised: '0', ...changes });
}

const entry = (kind: string, amount: string, coid = 'c') => execution.LedgerEntry.fromPartial({ kind, amount, coid });
const BOOKED: BookedHistory = {
  fills: [
    fill('101', 'BUY', '10:00:00.250'),
    fill('102', 'SELL', '12:00:00.001', { price: '1.095', swap: '-0.10', realised: '10' }),
  ],
  ledger: [entry('deposit', '10000', ''), entry('commission', '-0.7'), entry('swap', '-0.1'), entry('realised', '10')],
  symbols: [{ symbol: 'EURUSD', brokerSymbol: 'EURUSD.m' }],
};
const kinds = (booked: BookedHistory, statement = MT5) =>
  compareStatement(statement, booked).findings.map(({ kind, ticket }) => `${kind} ${ticket}`.trim());

describe('comparing books with an account history', () => {
  it('finds nothing where they are equal', () => {
    expect(compareStatement(MT5, BOOKED)).toEqual({ deals: 2, equal: 2, findings: [] });
  });

  it('names a deal that the books lack, and the money that lacks with it', () => {
    const [first] = BOOKED.fills;
    expect(kinds({ ...BOOKED, fills: [first!], ledger: BOOKED.ledger.slice(0, 2) })).toEqual(['missing 102', 'cash']);
  });

  it('names a deal that the statement lacks, within its time', () => {
    const more = [...BOOKED.fills, fill('103', 'BUY', '11:00'), fill('104', 'BUY', '15:00')];
    expect(kinds({ ...BOOKED, fills: more })).toEqual(['only-ours 103']);
  });

  it('names what is there twice, on either side', () => {
    const twice = { ...MT5, deals: [...MT5.deals, MT5.deals[0]!] };
    expect(kinds(BOOKED, twice)).toEqual(['doubled 101']);
    expect(kinds({ ...BOOKED, fills: [...BOOKED.fills, BOOKED.fills[1]!] })).toContain('doubled 102');
  });

  it.each([
    ['price', { price: '1.09401' }],
    ['volume', { volumeLots: '0.2' }],
    ['side', { side: 'SIDE_SELL' as const }],
    ['symbol', { symbol: 'GBPUSD' }],
    ['commission', { commission: '-0.36' }],
    ['swap', { swap: '-1' }],
    ['profit', { realised: '1' }],
    ['time', { timeUs: at('10:02') }],
  ])('names a deal of another %s', (name, changes) => {
    const [first, second] = BOOKED.fills;
    const { findings } = compareStatement(MT5, { ...BOOKED, fills: [{ ...first!, ...changes }, second!] });
    expect(findings.map(({ kind, ticket }) => [kind, ticket])).toEqual([['differs', '101']]);
    expect(findings[0]!.message).toContain(name);
  });

  it('tells deposits apart, and the balance', () => {
    const { findings } = compareStatement(MT5, { ...BOOKED, ledger: [...BOOKED.ledger, entry('deposit', '5', '')] });
    expect(findings.map(({ message }) => message.split(': ').at(-1))).toEqual(['-5.00 apart.', '-5.00 apart.']);
  });

  it('counts the money of an MT4 position by all its tickets', () => {
    const sold = fill('200-in', 'SELL', '10:00', { price: '1.095', commission: '-0.7' });
    const part = fill('200-out', 'BUY', '11:00', { volumeLots: '0.04', commission: '0', realised: '4' });
    const rest = { price: '1.093', volumeLots: '0.06', commission: '0', swap: '-0.15', realised: '12' };
    const open = fill('300-in', 'BUY', '14:00', { price: '1.09', commission: '0' });
    const ledger = [entry('deposit', '5000', ''), entry('realised', '15.15')];
    const fills = [sold, part, fill('201-out', 'BUY', '12:00', rest), open];
    const statement = parseStatement(MT4_STATEMENT, UTC);
    expect(kinds({ fills, ledger, symbols: [] }, statement)).toEqual([]);
    expect(
      kinds({ fills: [{ ...sold, commission: '0' }, part, ...fills.slice(2)], ledger, symbols: [] }, statement),
    ).toEqual(['differs 200']);
  });
});
