import { terminal } from '@trading/contracts';
import type { BatchSink } from './batch-sink';

/** Beyond this a batch goes out in pieces, so that one without an end does not fill the memory. */
const LARGE_BYTES = 512 * 1024;

export const resultEnvelope = (result: terminal.CmdResult, seq: number): terminal.Envelope =>
  terminal.envelope('cmd.result', result, result.time, { seq });

export const tradeEnvelope = (event: terminal.TradeEventFrame, seq: number): terminal.Envelope =>
  terminal.envelope('trade.event', event, event.time, { seq });

/**
 * Encodes a batch. The time in its envelopes is the simulated one, so that a batch played again is the same bytes.
 */
export class FrameSink implements BatchSink {
  private frames: Buffer[] = [];
  private bytes = 0;

  /**
   * @param send writes a piece and waits while the other side does not read; for batches that grow large
   * @param knownSeq what is reliable up to this sequence is left out
   */
  constructor(
    private readonly send: (frames: Buffer) => Promise<void>,
    private readonly knownSeq = 0,
  ) {}

  ticks(frame: terminal.TickFrame, timeUs: number): void {
    this.push(terminal.envelope('tick', frame, timeUs));
  }

  result(result: terminal.CmdResult, seq: number): void {
    if (seq > this.knownSeq) this.push(resultEnvelope(result, seq));
  }

  trade(event: terminal.TradeEventFrame, seq: number): void {
    if (seq > this.knownSeq) this.push(tradeEnvelope(event, seq));
  }

  account(frame: terminal.AccountFrame): void {
    this.push(terminal.envelope('account', frame, frame.time));
  }

  mark(mark: terminal.SimMark): void {
    this.push(terminal.envelope('sim.mark', mark, mark.time));
  }

  pressure(): Promise<void> | undefined {
    return this.bytes > LARGE_BYTES ? this.send(this.take()) : undefined;
  }

  /** All frames since the last call as one piece. */
  take(): Buffer {
    const bytes = Buffer.concat(this.frames);
    this.frames = [];
    this.bytes = 0;
    return bytes;
  }

  private push(message: terminal.Envelope): void {
    const frame = terminal.encodeFrame(message);
    this.frames.push(frame);
    this.bytes += frame.length;
  }
}
