import type { execution } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import { Observable } from 'rxjs';
import type { AccountLeases } from './account-lease';
import type { AccountWriter } from './account-writer';
import type { OrderStore } from './order-store';

/** What can be asked of the store, wherever the account is written. */
export class ExecutionQueries {
  constructor(
    private readonly store: OrderStore,
    private readonly timeSeries: TimeSeriesStore,
    private readonly leases: AccountLeases,
    private readonly adopts: (accountId: string) => boolean,
  ) {}

  async order({ accountId, coid }: execution.GetOrderRequest): Promise<execution.Order> {
    const record = await this.store.load(coid);
    const isTheirs = accountId === '' || record?.view.request.accountId === accountId;
    if (record === undefined || !isTheirs)
      throw new RpcError('NOT_FOUND', 'ORDER_UNKNOWN', `No order has the client order id ${coid}.`);
    return record.order;
  }

  /** @param equityOf undefined for accounts that are written elsewhere, or whose positions lack a quote */
  async accounts(equityOf: (accountId: string) => string | undefined): Promise<execution.Account[]> {
    const [rows, holders] = await Promise.all([this.store.accounts(), this.leases.holders()]);
    return Promise.all(
      rows.map(async ({ accountId, data, lastSeq, epoch }) => ({
        ...data,
        lastSeq,
        epoch,
        externalOrders: this.adopts(accountId) ? 'adopt' : 'halt',
        writer: holders.get(accountId)?.owner ?? '',
        balance: (await this.store.ledgerSum(accountId)).toFixed(2),
        equity: equityOf(accountId) ?? '',
      })),
    );
  }

  async equity(accountId: string): Promise<execution.EquityPoint[]> {
    await this.timeSeries.flush();
    const rows = await this.timeSeries.query('equity', { account: accountId });
    return rows.map(({ timeUs, fields }) => ({
      timeUs,
      balance: (fields['balance'] ?? 0).toFixed(2),
      equity: (fields['equity'] ?? 0).toFixed(2),
      positionLots: String(fields['lots'] ?? 0),
    }));
  }

  /** First the stored events after `after_seq`, then new ones as they happen, without a gap between. */
  events(writer: AccountWriter, afterSeq: number): Observable<execution.OrderEvent> {
    return new Observable((subscriber) => {
      let last = afterSeq;
      let early: execution.OrderEvent[] | undefined = [];
      const pass = (event: execution.OrderEvent): void => {
        if (event.seq <= last) return;
        last = event.seq;
        subscriber.next(event);
      };
      const stop = writer.listen((event) => (early === undefined ? pass(event) : void early.push(event)));
      this.store.eventsAfter(writer.accountId, afterSeq).then(
        (stored) => {
          for (const event of [...stored, ...(early ?? [])]) pass(event);
          early = undefined;
        },
        (error: unknown) => subscriber.error(error),
      );
      return stop;
    });
  }
}
