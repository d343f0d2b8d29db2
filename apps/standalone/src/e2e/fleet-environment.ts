import type { SixName } from '../six-processes/six-services';
import type { ServiceFleet } from './service-fleet';

export const TERMINAL_KEY_ID = 'simulator';
export const TERMINAL_SERVER = 'Simulator';
const SIGNING_KEY_ID = 'risk-1';

/** What services are to trade. */
export interface Traded {
  readonly accounts: readonly string[];
  readonly symbols: readonly string[];
  readonly timeframe: string;
  readonly strategy: { readonly name: string; readonly parameters: Readonly<Record<string, number>> };
  /** Those of the accounts whose terminals are of MetaTrader 4. */
  readonly mt4?: readonly string[];
  /** Those that no strategy trades. */
  readonly byHand?: readonly string[];
}

/** A strategy of its own for every symbol of every account. */
function strategiesOf({ accounts, symbols, timeframe, strategy, byHand = [] }: Traded): readonly object[] {
  const automatic = accounts.filter((accountId) => !byHand.includes(accountId));
  return automatic.flatMap((accountId) =>
    symbols.map((symbol) => ({
      strategyId: `${strategy.name}-${accountId}-${symbol}`,
      ...strategy,
      symbol,
      timeframe,
      accountId,
    })),
  );
}

/** What each service is told by its variables, lists and all, so that it trades this over the stores of `stores`. */
export function tradingEnvironment(
  traded: Traded,
  stores: NodeJS.ProcessEnv,
): (name: SixName, fleet: ServiceFleet) => NodeJS.ProcessEnv {
  const series = traded.symbols.map((symbol) => ({ symbol, timeframe: traded.timeframe }));
  const mt4 = traded.mt4 ?? [];
  return (name, fleet) => {
    const { secrets } = fleet;
    const gateway = (accounts: readonly string[]): NodeJS.ProcessEnv => ({
      TERMINAL_KEY_ID,
      TERMINAL_KEY_FILE: secrets.terminalKeyFile,
      ACCOUNTS: JSON.stringify(accounts.map((accountId) => ({ accountId, login: accountId, server: TERMINAL_SERVER }))),
      SUBSCRIPTIONS: JSON.stringify(series),
      APPROVAL_PUBLIC_KEYS: JSON.stringify({ [SIGNING_KEY_ID]: secrets.publicKey }),
    });
    const own: Readonly<Record<SixName, () => NodeJS.ProcessEnv>> = {
      prediction: () => ({ SERIES: JSON.stringify(series), MODEL_STORE_PATH: fleet.folder }),
      decision: () => ({
        RUN_ID: 'run-1',
        STRATEGIES: JSON.stringify(strategiesOf(traded)),
        EXECUTION_GRPC_ADDRESS: fleet.grpcOf('execution'),
      }),
      execution: () => ({
        RUN_ID: 'run-1',
        RISK_MANAGER_GRPC_ADDRESS: fleet.grpcOf('risk-manager'),
        MT4_GATEWAY_GRPC_ADDRESS: fleet.grpcOf('mt4-gateway'),
        MT5_GATEWAY_GRPC_ADDRESS: fleet.grpcOf('mt5-gateway'),
      }),
      'risk-manager': () => ({
        RISK_SIGNING_KEY_FILE: secrets.signingKeyFile,
        RISK_SIGNING_KEY_ID: SIGNING_KEY_ID,
        ENABLE_ON_CREATION: JSON.stringify(traded.accounts.map((accountId) => ({ accountId }))),
      }),
      'mt4-gateway': () => gateway(mt4),
      'mt5-gateway': () => gateway(traded.accounts.filter((accountId) => !mt4.includes(accountId))),
    };
    return {
      OPERATOR_TOKEN_FILE: secrets.operatorTokenFile,
      SERVICE_TOKEN_FILE: secrets.serviceTokenFile,
      ...stores,
      ...own[name](),
    };
  };
}
