import type { ExecutionPorts } from './execution-ports';

/** Neither risk-manager nor the gateway could be told to hold an account. */
export class AccountNotHalted extends Error {
  readonly code = 'ACCOUNT_NOT_HALTED';
  constructor(accountId: string, options: ErrorOptions) {
    super(`Account ${accountId} could not be halted.`, options);
  }
}

type HaltPorts = Pick<ExecutionPorts, 'riskManager' | 'gateway' | 'logger' | 'adopts'>;

/**
 * What a human did in the terminal stops strategies there, unless the account adopts it. Through risk-manager, and while
 * that is away by the flag of the gateway, which it adopts on its return.
 * @throws {AccountNotHalted}
 */
export async function haltForHuman(accountId: string, reason: string, ports: HaltPorts): Promise<void> {
  const { riskManager, gateway, logger } = ports;
  if (ports.adopts(accountId)) {
    logger.warn({ accountId, reason }, 'What a human did in the terminal is adopted.');
    return;
  }
  try {
    await riskManager.setTradingState({ accountId, state: 'TRADING_STATE_HALTED', reason });
  } catch (error) {
    logger.error({ accountId, error: String(error) }, 'risk-manager could not halt the account; the gateway is asked.');
    await gateway.setHalt({ accountId, halted: true, reason }).catch((cause: unknown) => {
      throw new AccountNotHalted(accountId, { cause });
    });
  }
}
