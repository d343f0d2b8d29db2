import type { gateway } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import type { RiskManagerConfig } from './risk-config';
import type { AccountState, RiskStore } from './risk-store';

/** An account that is seen for the first time starts HALTED, unless it is a demo account that is to be enabled. */
export async function openingState(
  accountId: string,
  terminal: gateway.TerminalSession,
  enableOnCreation: RiskManagerConfig['enableOnCreation'],
  store: RiskStore,
): Promise<AccountState> {
  const enabling = enableOnCreation.find((each) => each.accountId === accountId);
  const [followed] = await store.accounts(enabling?.unlessHalted ?? accountId);
  const enabled =
    enabling !== undefined &&
    terminal.tradeMode === 'TRADE_MODE_DEMO' &&
    (enabling.unlessHalted === undefined || followed?.state !== 'HALTED');
  const halted =
    enabling?.unlessHalted === undefined
      ? 'A new account trades when an operator enables it.'
      : `Account ${enabling.unlessHalted}, whose next run this is, is halted.`;
  return {
    accountId,
    state: enabled ? 'ACTIVE' : 'HALTED',
    reason: enabled ? 'A paper account, enabled by its configuration.' : halted,
    changedBy: 'risk-manager',
    changedUs: systemClock.nowUs(),
  };
}
