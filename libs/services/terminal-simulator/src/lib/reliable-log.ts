import { terminal } from '@trading/contracts';
import type { ReliableSink } from './batch-sink';
import { resultEnvelope, tradeEnvelope } from './frame-sink';

/** Reliable events that a live terminal keeps at most for a gateway that missed them. */
const KEPT = 4096;

/** The newest reliable events as they were sent, for a gateway that comes back. */
export class ReliableLog implements ReliableSink {
  private kept: { readonly seq: number; readonly frame: Buffer }[] = [];

  result(result: terminal.CmdResult, seq: number): void {
    this.keep(seq, resultEnvelope(result, seq));
  }

  trade(event: terminal.TradeEventFrame, seq: number): void {
    this.keep(seq, tradeEnvelope(event, seq));
  }

  /** Frames of what came after a sequence, in order. */
  since(seq: number): Buffer {
    return Buffer.concat(this.kept.flatMap((one) => (one.seq > seq ? [one.frame] : [])));
  }

  private keep(seq: number, message: terminal.Envelope): void {
    this.kept.push({ seq, frame: terminal.encodeFrame(message) });
    if (this.kept.length > 2 * KEPT) this.kept = this.kept.slice(-KEPT);
  }
}
