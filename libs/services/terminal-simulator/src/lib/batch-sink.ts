import type { terminal } from '@trading/contracts';

/** Takes what must arrive, with its reliable sequence. */
export interface ReliableSink {
  result(result: terminal.CmdResult, seq: number): void;
  trade(event: terminal.TradeEventFrame, seq: number): void;
}

/** Takes what a batch of simulated time holds, in order. `timeUs` is the simulated time of a message. */
export interface BatchSink extends ReliableSink {
  ticks(frame: terminal.TickFrame, timeUs: number): void;
  account(frame: terminal.AccountFrame): void;
  mark(mark: terminal.SimMark): void;
  /** Asked after each frame of ticks: what to wait for before more is said, if anything. */
  pressure(): Promise<void> | undefined;
}
