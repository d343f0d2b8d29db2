import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { terminal } from '@trading/contracts';
import { memoryLogger } from '@trading/platform-logging';
import type { StopReason } from '../lib/exit';
import { simulatorConfigSchema, type SimulatorConfig, type SimulatorConfigInput } from '../lib/simulator-config';
import { TerminalSimulator } from '../lib/terminal-simulator';
import { FakeGateway, type FakeGatewayOptions } from './fake-gateway';

const HEX = '0123456789abcdef'.repeat(2);
export const KEY = Buffer.from(HEX, 'hex');
/** 2024-01-02 00:00 UTC. */
export const START_US = 1_704_153_600_000_000;

const LATE_US = START_US + 400 * 86_400_000_000;
/** Between the ticks of {@link SimulatorStage.path}. */
export const TICK_US = 20_000_000;

export interface Act {
  readonly gateway: FakeGateway;
  readonly ended: Promise<StopReason>;
  stop(): Promise<void>;
}

/** A folder with data, and gateways with the simulators that dial them. */
export class SimulatorStage {
  readonly folder = mkdtempSync(join(tmpdir(), 'stage-'));
  readonly log = memoryLogger();
  private readonly acts: Act[] = [];

  constructor() {
    writeFileSync(join(this.folder, 'key'), `${HEX}\n`);
  }

  /** Writes a file of ticks or bars, times in microseconds. Answers its path. */
  data(
    name: string,
    header: string,
    rows: readonly (readonly [timeUs: number, ...rest: (number | string)[]])[],
  ): string {
    const path = join(this.folder, name);
    writeFileSync(path, [header, ...rows.map(([us, ...rest]) => [us / 1000, ...rest].join(','))].join('\n'));
    return path;
  }

  ticks(
    name: string,
    rows: readonly (readonly [timeUs: number, bid: number | string, ask: number | string])[],
  ): string {
    return this.data(name, 'time_ms,bid,ask', rows);
  }

  /** Writes ticks of given bids, one every 20 s, each ask one pip above. */
  path(name: string, bids: readonly number[]): string {
    return this.ticks(
      name,
      bids.map((bid, i) => [START_US + i * TICK_US, bid.toFixed(5), (bid + 0.0001).toFixed(5)] as const),
    );
  }

  /** Starts a gateway and a simulator that dials it. */
  async start(
    feeds: SimulatorConfigInput['feeds'],
    options: Partial<FakeGatewayOptions> = {},
    more: Partial<SimulatorConfigInput> = {},
    prepare: (gateway: FakeGateway) => void = () => undefined,
  ): Promise<Act> {
    const gateway = await FakeGateway.listen({ key: KEY, ...options });
    prepare(gateway);
    const simulator = await this.open(gateway.port, feeds, more).catch(async (error: unknown) => {
      await gateway.close();
      throw error;
    });
    const abort = new AbortController();
    const ended = simulator.run(abort.signal);
    // Tests that expect a failure ask for it later.
    ended.catch(() => undefined);
    let isStopped = false;
    const stop = async (): Promise<void> => {
      if (isStopped) return;
      isStopped = true;
      abort.abort();
      await ended.catch(() => undefined);
      await gateway.close();
    };
    const act = { gateway, ended, stop };
    this.acts.push(act);
    return act;
  }

  private async open(
    port: number,
    feeds: SimulatorConfigInput['feeds'],
    more: Partial<SimulatorConfigInput>,
  ): Promise<TerminalSimulator> {
    return TerminalSimulator.open(this.config(port, feeds, more), this.log);
  }

  /** What a simulator is told that dials a port. */
  config(
    port: number,
    feeds: SimulatorConfigInput['feeds'],
    more: Partial<SimulatorConfigInput> = {},
  ): SimulatorConfig {
    return simulatorConfigSchema.parse({
      gateway: { port },
      keyFile: join(this.folder, 'key'),
      stateFolder: join(this.folder, 'state'),
      fingerprint: 'f1',
      commissionPerLot: '3.5',
      reconnectMs: 20,
      feeds,
      ...more,
    });
  }

  inFolder(name: string): string {
    return join(this.folder, name);
  }

  async close(): Promise<void> {
    for (const act of this.acts) await act.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function orderOf(fields: Partial<terminal.OrderSubmit>): terminal.OrderSubmit {
  return {
    coid: 'order-1',
    symbol: 'EURUSD',
    side: 'BUY',
    type: 'MARKET',
    volume: '0.10',
    worstPrice: '0',
    fillings: ['FOK'],
    tif: 'IOC',
    magic: '7',
    tag: 'Q',
    notAfter: LATE_US,
    epoch: 1,
    reduceOnly: false,
    ...fields,
  };
}

/** Waits until something is so; the test's own time limit is the deadline. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((go) => setTimeout(go, 2));
}

export async function submit(gateway: FakeGateway, fields: Partial<terminal.OrderSubmit>): Promise<terminal.CmdAck> {
  return terminal.cmdAckSchema.parse((await gateway.ask('order.submit', orderOf(fields))).d);
}

/** Does something at marks, by their number. */
export const scripted =
  (script: Readonly<Record<number, (gateway: FakeGateway) => unknown>>) =>
  (gateway: FakeGateway): void => {
    gateway.atMark = async ({ n }) => {
      await script[n]?.(gateway);
    };
  };

export async function modify(gateway: FakeGateway, fields: Partial<terminal.OrderModify>): Promise<terminal.CmdAck> {
  const whole = { requestId: 'm-1', coid: 'order-1', symbol: 'EURUSD', notAfter: LATE_US, epoch: 1, ...fields };
  return terminal.cmdAckSchema.parse((await gateway.ask('order.modify', whole)).d);
}

export async function cancel(gateway: FakeGateway, fields: Partial<terminal.OrderCancel>): Promise<terminal.CmdAck> {
  const whole = { requestId: 'c-1', coid: 'order-1', epoch: 1, ...fields };
  return terminal.cmdAckSchema.parse((await gateway.ask('order.cancel', whole)).d);
}

export async function snapshotOf(gateway: FakeGateway): Promise<terminal.SnapshotFrame> {
  return terminal.snapshotSchema.parse((await gateway.ask('snapshot.get', {})).d);
}

/** All pages of the history, checked against the form of the protocol. */
export async function historyOf(gateway: FakeGateway, limit = 1000, from = 0): Promise<terminal.HistoryFrame[]> {
  const pages: terminal.HistoryFrame[] = [];
  let after: string | undefined;
  do {
    const request = { from, limit, ...(after !== undefined && { after }) };
    const page = terminal.historySchema.parse((await gateway.ask('history.get', request)).d);
    pages.push(page);
    after = page.next;
  } while (after !== undefined);
  return pages;
}

export const bodies = (gateway: FakeGateway, type: string): unknown[] =>
  gateway.received.filter(({ t }) => t === type).map(({ d }) => d);

export const ticksOf = (gateway: FakeGateway): terminal.TickFrame[] =>
  bodies(gateway, 'tick').map((d) => terminal.tickSchema.parse(d));

export const marksOf = (gateway: FakeGateway): terminal.SimMark[] =>
  bodies(gateway, 'sim.mark').map((d) => terminal.simMarkSchema.parse(d));
