import type { terminal } from '@trading/contracts';

/** What must arrive, with its reliable sequence. */
export type ReliableMessage = { readonly seq: number } & (
  | { readonly type: 'cmd.result'; readonly body: terminal.CmdResult }
  | { readonly type: 'trade.event'; readonly body: terminal.TradeEventFrame }
  | { readonly type: 'order.event'; readonly body: terminal.OrderEventFrame }
  | { readonly type: 'position.event'; readonly body: terminal.PositionEventFrame }
  | { readonly type: 'cash.event'; readonly body: terminal.CashEventFrame }
);

export interface ReliableSink {
  reliable(message: ReliableMessage): void;
}

/** Takes what a batch of simulated time holds, in order. `timeUs` is the simulated time of a message. */
export interface BatchSink extends ReliableSink {
  ticks(frame: terminal.TickFrame, timeUs: number): void;
  account(frame: terminal.AccountFrame): void;
  terminal(state: terminal.TerminalState, timeUs: number): void;
  mark(mark: terminal.SimMark): void;
  /** Asked after each frame of ticks: what to wait for before more is said, if anything. */
  pressure(): Promise<void> | undefined;
}
