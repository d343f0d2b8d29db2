import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchStores, type BenchStores } from '../bench/bench-stores';
import { tradingEnvironment } from '../e2e/fleet-environment';
import { ServiceFleet, type FleetProcess } from '../e2e/service-fleet';
import { connectToSix, type SixClients } from '../six-processes/six-clients';
import { forEachOfSix, type SixName } from '../six-processes/six-services';
import { LIVE_ACCOUNTS, LIVE_LIMITS, LIVE_TRADED, terminalOf, type TerminalConfig } from './live-accounts';
import type { OwnServers } from './own-servers';
import type { Seeded } from './seeded';
import { LEASE_MS } from './six-run';
import { readStored, type StoredBooks } from './stored-books';

/** What a run begins with. */
export interface LiveRunOptions {
  /** Files of ticks, one for each symbol. */
  readonly files: readonly string[];
  /** Of the faults of the terminals; undefined: they have none. */
  readonly faults: Seeded | undefined;
}

/** Six processes and the terminals of several live accounts, of which any can be killed while they trade. */
export class LiveRun {
  private readonly configs: ReadonlyMap<string, TerminalConfig>;
  private readonly terminals = new Map<string, FleetProcess>();

  private constructor(
    readonly fleet: ServiceFleet,
    private readonly stores: BenchStores,
    { files, faults }: LiveRunOptions,
  ) {
    this.configs = new Map(
      LIVE_ACCOUNTS.map((account, index) => [
        account.accountId,
        terminalOf(account, files, faults === undefined ? undefined : faults.fork(index)),
      ]),
    );
  }

  static async start(servers: OwnServers, options: LiveRunOptions): Promise<LiveRun> {
    const stores = await benchStores(servers.servers);
    const limits = { DEFAULT_LIMITS: JSON.stringify(LIVE_LIMITS) };
    const env = { ...stores.env, ...limits, ACCOUNT_LEASE_MS: String(LEASE_MS) };
    const fleet = await new ServiceFleet(tradingEnvironment(LIVE_TRADED, env)).choosePorts();
    const run = new LiveRun(fleet, stores, options);
    try {
      await fleet.startSix();
      for (const accountId of run.configs.keys()) run.startTerminal(accountId);
      return run;
    } catch (error) {
      await run.close();
      throw error;
    }
  }

  /** Clients that do not call again by themselves, with an operator's token. */
  connect(): SixClients {
    const addresses = forEachOfSix((name) => this.fleet.grpcOf(name));
    return connectToSix(addresses, this.fleet.secrets.operatorToken, { withinMs: 0, isOver: () => true });
  }

  /** @param crashAt as CRASH_AT */
  startTerminal(accountId: string, crashAt?: string): FleetProcess {
    const config = this.configs.get(accountId);
    if (config === undefined) throw new Error(`There is no terminal of ${accountId}.`);
    const { CRASH_AT: _outer, ...env } = process.env;
    const started = this.fleet.startSimulator(config, { ...env, ...(crashAt !== undefined && { CRASH_AT: crashAt }) });
    this.terminals.set(accountId, started);
    return started;
  }

  async killTerminal(accountId: string): Promise<void> {
    await this.terminals.get(accountId)?.stop('SIGKILL');
  }

  restart(name: SixName, crashAt?: string): Promise<FleetProcess> {
    return this.fleet.restart(name, crashAt === undefined ? {} : { CRASH_AT: crashAt });
  }

  /** What is stored, the processes running on. */
  async stored(accountId: string): Promise<StoredBooks> {
    const journal = join(this.fleet.folder, 'terminal', accountId, 'journal.jsonl');
    const books = await readStored(this.stores.databaseUrl, accountId, journal, { whileRunning: true });
    if (books === undefined) throw new Error(`The books of ${accountId} cannot be read.`);
    return books;
  }

  /** Of services and terminals that ended without being told to. */
  get fallen(): readonly string[] {
    return this.fleet.processes
      .filter(({ exitCode }) => exitCode !== undefined && exitCode !== null)
      .map((each) => `${each.name} ended with ${each.exitCode}: ${each.tail}`);
  }

  /** Leaves logs and journals where they can be looked at after a failure; says where. */
  keep(): string {
    const folder = mkdtempSync(join(tmpdir(), 'trading-chaos-failure-'));
    cpSync(this.fleet.folder, folder, { recursive: true, filter: (file) => !file.includes('/secrets') });
    return `logs and journals are kept in ${folder}`;
  }

  async close(): Promise<void> {
    await this.fleet.close();
    await this.stores.remove();
  }
}
