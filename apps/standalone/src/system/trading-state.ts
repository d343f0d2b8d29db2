import type { TradingSystem } from './trading-system';

const KNOWN_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;

/**
 * HALTED, REDUCING or ACTIVE. risk-manager learns of an account when its terminal is welcomed; until then, and when
 * that does not come, nothing may trade.
 */
export async function tradingStateOf(
  { clients }: Pick<TradingSystem, 'clients'>,
  accountId: string,
  isStopping: () => boolean,
): Promise<string> {
  const deadline = performance.now() + KNOWN_WITHIN_MS;
  while (!isStopping() && performance.now() < deadline) {
    const { accounts } = await clients.riskManager.getTradingState({ accountId });
    const [account] = accounts;
    if (account !== undefined) return account.state.replace('TRADING_STATE_', '');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return 'HALTED';
}
