import { execution, type gateway } from '@trading/contracts';

/** The account row of a connected terminal. */
export function accountOf(
  session: gateway.TerminalSession,
  snapshot: gateway.AccountSnapshot,
  runId: string,
): execution.Account {
  return execution.Account.fromPartial({
    accountId: session.accountId,
    login: session.login,
    server: session.server,
    platform: session.platform,
    currency: snapshot.currency,
    leverage: snapshot.leverage,
    marginMode: snapshot.marginMode,
    tradeMode: session.tradeMode,
    epoch: session.epoch,
    externalOrders: 'halt',
    timeZone: 'UTC',
    runId,
  });
}
