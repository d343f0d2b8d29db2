import { bare, type execution, type gateway } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import type { AccountWriter } from './account-writer';
import type { ExecutionPorts } from './execution-ports';

/** The first balance and credit that the terminal reports are the account's opening deposits. */
export async function openBooks(
  writer: AccountWriter,
  account: execution.Account,
  snapshot: gateway.AccountSnapshot,
  timeUs: number,
  isSimulated: boolean,
  { store, checkpoints }: ExecutionPorts,
): Promise<void> {
  const { marginMode } = snapshot;
  const mode = marginMode === 'MARGIN_MODE_UNSPECIFIED' ? 'NETTING' : bare('MARGIN_MODE', marginMode);
  await writer.exclusive(async () => {
    const { currency, balance, credit } = snapshot;
    const money = { currency, balance: new Decimal(balance), credit: new Decimal(credit === '' ? 0 : credit) };
    const entries = writer.books.open(money, timeUs, mode);
    const { accountId, epoch, lastSeq: seq, noteCount: notes } = writer;
    await store.database.transaction(async (tx) => {
      await store.saveAccount(tx, account, epoch);
      for (const entry of entries) await store.writeLedger(tx, accountId, entry);
      // A live account comes to no barrier from which its opening could be repeated.
      if (!isSimulated) await checkpoints.save(tx, accountId, writer.barrier, writer.books.snapshot({ seq, notes }));
    });
  });
}

/** The account with what this process makes of humans who trade beside it. */
export function adopting(account: execution.Account, { adopts }: Pick<ExecutionPorts, 'adopts'>): execution.Account {
  return { ...account, externalOrders: adopts(account.accountId) ? 'adopt' : 'halt' };
}
