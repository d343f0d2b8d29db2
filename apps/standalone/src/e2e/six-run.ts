import { readFileSync, writeFileSync } from 'node:fs';
import { defaultDataFile } from '../front/default-data';
import { signal } from '../six-processes/pid-file';
import type { SixName } from '../six-processes/six-services';
import { DataFolder } from './data-folder';
import { Program, type Ended } from './program';
import { comparable, summaryOf } from './summary';
import { at, list, TradingTool } from './trading-tool';
import { waitFor } from './wait';

/** Long for a machine that does much else; nothing waits for so long that goes well. */
const COMES_WITHIN_MS = 120_000;

/** The books of a run, as text that equal runs share to the byte. */
export interface Books {
  readonly summary: string;
  readonly csv: Readonly<Record<string, string>>;
}

/** What `/ready` of a service says: what fails and what is degraded, by probe with the reason. */
export interface Readiness {
  readonly isReady: boolean;
  readonly failed: Readonly<Record<string, string>>;
  readonly degraded: Readonly<Record<string, string>>;
}

/** A year of the data that comes with the program, and a strategy that trades often in it. */
export class Market {
  readonly folder = new DataFolder();
  readonly bars: number;
  private readonly file = this.folder.beside('sp500.csv');

  constructor(from: string, to: string) {
    const [head = '', ...rows] = readFileSync(defaultDataFile(), 'utf8').trimEnd().split('\n');
    const slice = rows.filter((row) => row >= from && row < to);
    writeFileSync(this.file, [head, ...slice, ''].join('\n'));
    this.bars = slice.length;
  }

  get args(): readonly string[] {
    const strategy = ['--strategy', 'sma-cross', '--strategy-param', 'fast=3', '--strategy-param', 'slow=12'];
    return ['--data', this.file, '--symbol', 'US500', '--tz', 'UTC', ...strategy, '--exit-at-end', '--json'];
  }

  /** What one process makes of it. */
  async inOneProcess(): Promise<Books> {
    const ended = await Program.up(['--data-dir', this.folder.path, ...this.args]).ended();
    return { summary: comparable(summaryOf(ended)), csv: this.folder.csv() };
  }
}

/** What a service says of itself; undefined while it does not answer. */
export async function readinessOf(name: SixName, http: string | undefined): Promise<Readiness | undefined> {
  if (http === undefined) return undefined;
  try {
    const response = await fetch(`${http}/ready/${name}`, { signal: AbortSignal.timeout(5_000) });
    const { details } = (await response.json()) as {
      readonly details?: Readonly<Record<string, Omit<Readiness, 'isReady'>>>;
    };
    const facts = details?.[name];
    return facts && { isReady: response.ok, failed: facts.failed, degraded: facts.degraded };
  } catch {
    return undefined;
  }
}

/** One run of `./trade dev` that is disturbed while it trades. */
export class SixRun {
  readonly folder = new DataFolder();
  private readonly program: Program;
  private tool: TradingTool | undefined;
  private readonly startedMs = performance.now();

  constructor(
    private readonly market: Market,
    env: NodeJS.ProcessEnv,
    ...args: readonly string[]
  ) {
    this.program = Program.dev(['--data-dir', this.folder.path, ...market.args, ...args], env);
  }

  get err(): string {
    return this.program.err;
  }

  /** The process of a service; undefined while there is none. */
  pidOf(name: SixName): number | undefined {
    return this.folder.processes().find(({ command }) => command.includes(`apps/${name}/src/main.js`))?.pid;
  }

  readiness(name: SixName): Promise<Readiness | undefined> {
    return readinessOf(name, this.services()?.[name].http);
  }

  /** Barriers that have been passed; 0 while no terminal has a session. */
  async barrier(): Promise<number> {
    const services = this.services();
    if (services === undefined) return 0;
    this.tool ??= new TradingTool(services['mt5-gateway'].grpc);
    const answer = await this.tool.call('trading.gateway.v1.GatewayService/ListSessions').catch(() => undefined);
    const [session] = answer === undefined ? [] : list(answer, 'sessions').filter((each) => each['connected'] === true);
    return Number(at(session, 'barrier') ?? 0);
  }

  /** Waits until so much of the data has passed. @returns the barrier */
  passed(share: number): Promise<number> {
    return this.passes(share * this.market.bars, `${Math.round(share * 100)} % of the data`);
  }

  /** Waits until simulated time is beyond a barrier. */
  passes(barrier: number, what = `barrier ${barrier}`): Promise<number> {
    return this.program.waitFor(
      what,
      async () => {
        const now = await this.barrier();
        return now > barrier ? now : undefined;
      },
      COMES_WITHIN_MS,
    );
  }

  waitFor<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
    return this.program.waitFor(what, look, COMES_WITHIN_MS);
  }

  /** Ends the process of a service by a signal, and waits until it is gone. @returns how long that took, in milliseconds */
  async end(name: SixName, how: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    const pid = await this.waitFor(`a process of ${name}`, () => this.pidOf(name));
    const begun = performance.now();
    signal(pid, how);
    await waitFor(`the end of ${name}`, () => this.pidOf(name) !== pid, COMES_WITHIN_MS);
    return performance.now() - begun;
  }

  /** What `measure` says of it goes to the output: where the seconds of a run go. */
  said(what: string): void {
    process.stderr.write(`    ${((performance.now() - this.startedMs) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
  }

  async books(): Promise<Books> {
    const ended: Ended = await this.program.ended(COMES_WITHIN_MS);
    if (ended.code !== 0) throw new Error(`The run ended with ${ended.code}: ${ended.err.slice(-3000)}`);
    return { summary: comparable(summaryOf(ended)), csv: this.folder.csv() };
  }

  async remove(): Promise<void> {
    this.tool?.close();
    await this.folder.remove();
  }

  private services(): Readonly<Record<SixName, { readonly http: string; readonly grpc: string }>> | undefined {
    const endpoints = this.folder.endpoints(this.program.pid) as unknown as
      { readonly services: Readonly<Record<SixName, { readonly http: string; readonly grpc: string }>> } | undefined;
    return endpoints?.services;
  }
}
