import { terminal } from '@trading/contracts';
import { crashPoint } from '@trading/platform-crash-points';
import type { BatchSink, ReliableMessage } from './batch-sink';
import type { GatewayConnection } from './gateway-connection';

/** Beyond this a batch goes out in pieces, so that one without an end does not fill the memory. */
const LARGE_BYTES = 512 * 1024;

/** A reliable message as it stands on the wire; its time is the simulated one. */
export const reliableEnvelope = ({ type, body, seq }: ReliableMessage): terminal.Envelope =>
  terminal.envelope(type, body, body.time, { seq });

/**
 * Encodes a batch. The time in its envelopes is the simulated one, so that a batch played again is the same bytes.
 */
export class FrameSink implements BatchSink {
  private frames: Buffer[] = [];
  private bytes = 0;

  /**
   * @param line writes a piece, and waits while the other side does not read, where a batch grows large
   * @param knownSeq what is reliable up to this sequence is left out
   */
  constructor(
    private readonly line: Pick<GatewayConnection, 'encode' | 'write' | 'drained'>,
    private readonly knownSeq = 0,
  ) {}

  ticks(frame: terminal.TickFrame, timeUs: number): void {
    this.push(terminal.envelope('tick', frame, timeUs));
  }

  reliable(message: ReliableMessage): void {
    if (message.seq <= this.knownSeq) return;
    crashPoint('terminal-simulator.result.sending');
    this.push(reliableEnvelope(message));
  }

  account(frame: terminal.AccountFrame): void {
    this.push(terminal.envelope('account', frame, frame.time));
  }

  terminal(state: terminal.TerminalState, timeUs: number): void {
    this.push(terminal.envelope('terminal', state, timeUs));
  }

  mark(mark: terminal.SimMark): void {
    this.push(terminal.envelope('sim.mark', mark, mark.time));
  }

  pressure(): Promise<void> | undefined {
    return this.bytes > LARGE_BYTES ? this.send() : undefined;
  }

  /** All frames since the last call as one piece. */
  take(): Buffer {
    const bytes = Buffer.concat(this.frames);
    this.frames = [];
    this.bytes = 0;
    return bytes;
  }

  private async send(): Promise<void> {
    this.line.write(this.take());
    await this.line.drained();
  }

  private push(message: terminal.Envelope): void {
    const frame = this.line.encode(message);
    this.frames.push(frame);
    this.bytes += frame.length;
  }
}
