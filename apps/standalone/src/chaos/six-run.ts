import { join } from 'node:path';
import { benchStores, type BenchStores } from '../bench/bench-stores';
import { TERMINAL_KEY_ID, tradingEnvironment, type Traded } from '../e2e/fleet-environment';
import { sessionOf } from '../e2e/fleet-outcome';
import { ServiceFleet, type FleetProcess } from '../e2e/service-fleet';
import { waitFor } from '../e2e/wait';
import { connectToSix, type SixClients } from '../six-processes/six-clients';
import { forEachOfSix, type SixName } from '../six-processes/six-services';
import { brokerDifferences, readBoth } from './broker-books';
import type { OwnServers } from './own-servers';
import { readStored, type StoredBooks } from './stored-books';

export const SIX_ACCOUNT = 'PAPER-1';
const WITHIN_MS = 180_000;
/** Shorter than an operator has it: another writer is waited for in every round. */
export const LEASE_MS = 4_000;

export const SIX_TRADED: Traded = {
  accounts: [SIX_ACCOUNT],
  symbols: ['EURUSD'],
  timeframe: 'M1',
  strategy: { name: 'sma-cross', parameters: { fast: 2, slow: 4, stopAtr: 1 } },
};

/** Six processes and a terminal over servers of their own, of which any can be killed while they trade. */
export class SixChaosRun {
  private simulator: FleetProcess | undefined;

  private constructor(
    readonly fleet: ServiceFleet,
    readonly six: SixClients,
    private readonly stores: BenchStores,
    private readonly ticks: string,
    private readonly speed: number | 'max',
  ) {}

  static async start(servers: OwnServers, ticks: string, speed: number | 'max'): Promise<SixChaosRun> {
    const stores = await benchStores(servers.servers);
    const fleet = await new ServiceFleet(
      tradingEnvironment(SIX_TRADED, { ...stores.env, ACCOUNT_LEASE_MS: String(LEASE_MS) }),
    ).choosePorts();
    const addresses = forEachOfSix((name) => fleet.grpcOf(name));
    const six = connectToSix(addresses, fleet.secrets.serviceToken, { withinMs: 60_000, isOver: () => false });
    const run = new SixChaosRun(fleet, six, stores, ticks, speed);
    await fleet.startSix();
    run.startTerminal();
    return run;
  }

  get databaseUrl(): string {
    return this.stores.databaseUrl;
  }

  get terminal(): FleetProcess | undefined {
    return this.simulator?.exitCode === undefined ? this.simulator : undefined;
  }

  /** @param crashAt as CRASH_AT */
  startTerminal(crashAt?: string): FleetProcess {
    const { CRASH_AT: _outer, ...env } = process.env;
    this.simulator = this.fleet.startSimulator(
      {
        login: SIX_ACCOUNT,
        keyId: TERMINAL_KEY_ID,
        expiry: 'arrival',
        commissionPerLot: '7',
        speed: this.speed,
        feeds: [{ symbol: 'EURUSD', files: [this.ticks], zone: 'UTC' }],
      },
      { ...env, ...(crashAt !== undefined && { CRASH_AT: crashAt }) },
    );
    return this.simulator;
  }

  /** Kills the process of a service and starts it again. */
  restart(name: SixName, crashAt?: string): Promise<FleetProcess> {
    return this.fleet.restart(name, crashAt === undefined ? {} : { CRASH_AT: crashAt });
  }

  async hasEnded(): Promise<boolean> {
    const session = await sessionOf(this.six, SIX_ACCOUNT).catch(() => undefined);
    return session?.ended === true;
  }

  /** Waits until a process died by its crash point. False: the data ended before. */
  async died(process: FleetProcess): Promise<boolean> {
    const outcome = await waitFor(
      `the death of ${process.name} or the end of the data`,
      async () => {
        if (process.exitCode !== undefined) return 'died';
        return (await this.hasEnded()) ? 'ended' : undefined;
      },
      WITHIN_MS,
    );
    return outcome === 'died';
  }

  /** Waits for the end of the data; what differs between the books and the broker then. */
  async atEnd(): Promise<string[]> {
    await waitFor('the end of the data', () => this.hasEnded(), WITHIN_MS);
    return brokerDifferences(await readBoth(this.six.clients, SIX_ACCOUNT));
  }

  async stored(): Promise<StoredBooks | undefined> {
    const journal = join(this.fleet.folder, 'terminal', SIX_ACCOUNT, 'journal.jsonl');
    return readStored(this.stores.databaseUrl, SIX_ACCOUNT, journal, { whileRunning: true });
  }

  async close(): Promise<void> {
    this.six.close();
    await this.fleet.close();
    await this.stores.remove();
  }
}
