import type { BarrierMark } from '@trading/platform-barrier';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import type { AccountWriter } from './account-writer';

/** The account's equity at a barrier; nothing while an open position lacks a quote. */
export function recordEquity(
  { accountId, books }: AccountWriter,
  { n, timeUs }: BarrierMark,
  series: Pick<TimeSeriesStore, 'write'>,
): void {
  const view = books.equity();
  if (view === undefined || !books.isOpen) return;
  const fields = {
    balance: [view.balance.toNumber()],
    equity: [view.equity.toNumber()],
    lots: [books.netLots().toNumber()],
  };
  series.write('equity', { account: accountId }, { seq: [n], timeUs: [timeUs], fields });
}
