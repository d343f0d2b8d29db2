import { setTimeout as sleep } from 'node:timers/promises';
import type { terminal } from '@trading/contracts';
import { runInTrace } from '@trading/platform-tracing';
import { faultOf } from './peer-fault';
import { SessionInbox } from './session-inbox';
import type { TerminalLine } from './terminal-line';

/** How often a stalled bus is looked at. */
const STALL_TURN_MS = 20;

export interface FrameWorkerOptions {
  readonly connection: TerminalLine;
  readonly lockstep: boolean;
  /** Nothing got through for this long: the bus is slow, and ticks of live sessions are conflated. */
  readonly slowMs: number;
  readonly relay: (message: terminal.Envelope) => Promise<void>;
  readonly announce: () => Promise<void>;
  /** For how long the bus has accepted nothing of what is on its way to it. */
  readonly busStalledMs: (nowMs: number) => number;
  readonly onConflated: (ticks: number) => void;
  /** Hears of what went wrong on our side. */
  readonly onError: (error: unknown) => void;
}

/** Works through the frames of one terminal, one after another; the session's announcements have their place there. */
export class FrameWorker {
  private readonly inbox: SessionInbox;
  private working: Promise<void> | undefined;
  private isOpen = false;
  private announces = false;
  private relayingSinceMs: number | undefined;

  constructor(private readonly options: FrameWorkerOptions) {
    const { connection, lockstep, slowMs, onConflated } = options;
    this.inbox = new SessionInbox({
      conflates: !lockstep,
      slowMs,
      isSlow: () => this.stalledMs() > slowMs,
      pause: () => connection.pause(),
      resume: () => connection.resume(),
      onConflated,
    });
  }

  /** Whether frames are worked through. */
  get isStarted(): boolean {
    return this.isOpen;
  }

  /** Begins with what waits already. */
  start(): void {
    this.isOpen = true;
    this.work();
  }

  push(message: terminal.Envelope, bytes: number): void {
    this.inbox.push(message, bytes);
    this.work();
  }

  /** Has the session announced again, before the next frame. */
  announceAgain(): void {
    this.announces = true;
    this.work();
  }

  /** Resolves when nothing is being relayed any more, after the connection has ended. */
  async finish(): Promise<void> {
    await this.working;
    this.inbox.close();
  }

  private work(): void {
    if (!this.isOpen || this.working !== undefined) return;
    // What the terminal says belongs to no trace of whoever has it worked through.
    this.working = runInTrace(undefined, () => this.workThrough()).finally(() => (this.working = undefined));
  }

  /** A message that cannot be relayed ends the session: what follows it must not overtake it. */
  private async workThrough(): Promise<void> {
    const { connection, relay, lockstep } = this.options;
    try {
      await this.announceIfAsked();
      while (this.inbox.length > 0) {
        if (!lockstep) await this.untilBusGoesOn();
        if (!connection.isOpen) return;
        const message = this.inbox.shift();
        if (message === undefined) return;
        this.relayingSinceMs = performance.now();
        await relay(message);
        this.relayingSinceMs = undefined;
        await this.announceIfAsked();
      }
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) this.options.onError(error);
      else connection.fail(fault);
    } finally {
      this.relayingSinceMs = undefined;
    }
  }

  private async announceIfAsked(): Promise<void> {
    if (!this.announces) return;
    this.announces = false;
    await this.options.announce();
  }

  /** What waits meanwhile is conflated, instead of queueing where it cannot be. */
  private async untilBusGoesOn(): Promise<void> {
    const { connection, busStalledMs, slowMs } = this.options;
    while (connection.isOpen && busStalledMs(performance.now()) > slowMs) await sleep(STALL_TURN_MS);
  }

  private stalledMs(): number {
    const nowMs = performance.now();
    const relayingMs = this.relayingSinceMs === undefined ? 0 : nowMs - this.relayingSinceMs;
    return Math.max(relayingMs, this.options.busStalledMs(nowMs));
  }
}
