import { join } from 'node:path';
import { connectToSix, type SixClients } from '../six-processes/six-clients';
import { forEachOfSix } from '../six-processes/six-services';
import { TERMINAL_KEY_ID, tradingEnvironment, type Traded } from './fleet-environment';
import { ServiceFleet } from './service-fleet';
import { writeSyntheticTicks } from './synthetic-ticks';

/** One account that trades one symbol with every bar, so that there is always something under way. */
export const BUSY_ACCOUNT = 'PAPER-1';
export const BUSY: Traded = {
  accounts: [BUSY_ACCOUNT],
  symbols: ['EURUSD'],
  timeframe: 'M1',
  strategy: { name: 'sma-cross', parameters: { fast: 1, slow: 3 } },
};

export interface TradingFleet {
  readonly fleet: ServiceFleet;
  readonly six: SixClients;
  close(): Promise<void>;
}

/** Starts the six over `stores` and a terminal that plays synthetic ticks to {@link BUSY_ACCOUNT} at `speed`. */
export async function startBusyFleet(
  stores: NodeJS.ProcessEnv,
  { ticks, speed }: { readonly ticks: number; readonly speed: number },
): Promise<TradingFleet> {
  const fleet = await new ServiceFleet(tradingEnvironment(BUSY, stores)).choosePorts();
  await fleet.startSix();
  const six = connectToSix(
    forEachOfSix((name) => fleet.grpcOf(name)),
    fleet.secrets.serviceToken,
    { withinMs: 60_000, isOver: () => false },
  );
  const feeds = BUSY.symbols.map((symbol) => {
    const file = join(fleet.folder, `${symbol}.csv`);
    writeSyntheticTicks(file, ticks);
    return { symbol, files: [file], zone: 'UTC' };
  });
  fleet.startSimulator({ login: BUSY_ACCOUNT, keyId: TERMINAL_KEY_ID, expiry: 'arrival', speed, feeds });
  return {
    fleet,
    six,
    close: async () => {
      six.close();
      await fleet.close();
    },
  };
}
