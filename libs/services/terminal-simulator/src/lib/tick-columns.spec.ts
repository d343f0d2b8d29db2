import type { terminal } from '@trading/contracts';
import { standardInstrument } from '@trading/trading-market';
import type { BatchSink } from './batch-sink';
import { TickColumns } from './tick-columns';

describe('the columns of a tick frame', () => {
  const open = () => {
    const frames: terminal.TickFrame[] = [];
    const ignore = (): undefined => undefined;
    const sink: BatchSink = {
      ticks: (frame) => frames.push(frame),
      reliable: ignore,
      terminal: ignore,
      account: ignore,
      mark: ignore,
      pressure: ignore,
    };
    const columns = new TickColumns(standardInstrument('EURUSD', { brokerSymbol: 'EURUSD.m' }));
    for (const number of [5, 6, 7]) columns.add(number, number * 1000, 1.1, 1.1 + number / 100_000);
    return { columns, sink, frames };
  };

  it("hold ticks under the broker's name, from the number of the first", () => {
    const { columns, sink, frames } = open();
    columns.flush(sink);
    columns.flush(sink);
    expect(frames).toEqual([
      {
        symbol: 'EURUSD.m',
        first: 5,
        t: [5000, 6000, 7000],
        b: ['1.10000', '1.10000', '1.10000'],
        a: ['1.10005', '1.10006', '1.10007'],
      },
    ]);
  });

  it('are left with the newest tick and its number when conflated', () => {
    const { columns, sink, frames } = open();
    expect([columns.conflate(), columns.conflate()]).toEqual([2, 0]);
    columns.add(8, 8000, 1.2, 1.3);
    columns.flush(sink);
    expect(frames).toMatchObject([{ first: 7, t: [7000, 8000], b: ['1.10000', '1.20000'], a: ['1.10007', '1.30000'] }]);
    expect(columns.conflate()).toBe(0);
  });
});
