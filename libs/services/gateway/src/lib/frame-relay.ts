import { terminal } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { crashPoint } from '@trading/platform-crash-points';
import { captureTrace, runInTrace, startTrace, withCorrelation, withSpan, type Trace } from '@trading/platform-tracing';
import type { BarrierGate } from './barrier-gate';
import { countTicks } from './gateway-metrics';
import { bodyOf, PeerFault, shown } from './peer-fault';
import { isReliable, reliableOf } from './reliable-frames';
import type { ReliableSequence } from './reliable-sequence';
import type { SessionPlace } from './session-place';
import type { SessionPorts } from './session-ports';
import type { SessionVoice } from './session-voice';
import type { TerminalLine } from './terminal-line';
import { parseTicks, sequenceOf } from './tick-frame';
import { accountOf } from './wire';

/** Whose frames are relayed. */
export interface Relayed {
  readonly place: SessionPlace;
  readonly voice: SessionVoice;
  readonly gate: BarrierGate;
  readonly connection: TerminalLine;
  readonly hello: terminal.Hello;
  readonly sequence: ReliableSequence;
  /** Our name of a symbol of the terminal. */
  readonly symbolOf: (brokerSymbol: string) => string;
  /** Whether the terminal has said that it trades the symbol. */
  readonly trades: (brokerSymbol: string) => boolean;
  readonly onTerminalState: (state: terminal.TerminalState) => Promise<void>;
}

/**
 * Turns the frames of one terminal into events, one after another, and in lockstep lets simulated time go on when every
 * stage has passed the barrier. Traces begin here: ticks and the mark that ends their batch are one, what the terminal
 * says of an order belongs to the order's.
 */
export class FrameRelay {
  /** Whether every stage passed the last barrier. */
  private isWhole = true;
  private checkpointedMs = Date.now();
  /** The trace of the ticks since the last mark. */
  private step: Trace | undefined;

  constructor(
    private readonly session: Relayed,
    private readonly ports: SessionPorts,
  ) {}

  /** Throws `PeerFault` or `FrameError` for a message that is not of the protocol. */
  async relay(message: terminal.Envelope): Promise<void> {
    if (isReliable(message.t)) return this.relayReliable(message);
    switch (message.t) {
      case 'tick':
        return this.inStep('terminal tick', () => this.relayTicks(message.d));
      case 'sim.mark': {
        const mark = bodyOf(terminal.simMarkSchema, message);
        return this.inStep('terminal sim.mark', () => this.relayMark(mark)).finally(() => (this.step = undefined));
      }
      case 'account': {
        const { place, voice, hello } = this.session;
        const frame = bodyOf(terminal.accountSchema, message);
        place.timeUs = Math.max(place.timeUs, frame.time);
        return voice.account(accountOf(frame, hello));
      }
      case 'terminal':
        return this.session.onTerminalState(bodyOf(terminal.terminalStateSchema, message));
      default:
        this.ports.logger.debug({ type: shown(message.t) }, 'A message of the terminal that needs nothing done.');
    }
  }

  /** What the barrier brings about, the ticks before it have caused; without barriers each frame begins a trace. */
  private inStep<T>(name: string, work: () => T): T {
    const { accountId, barrier, hasBarriers } = this.session.place;
    const attributes = { 'trading.account_id': accountId, 'trading.barrier': hasBarriers ? barrier + 1 : undefined };
    const options = { kind: 'consumer', attributes } as const;
    if (this.step !== undefined && hasBarriers) return runInTrace(this.step, () => withSpan(name, options, work));
    return startTrace(name, options, () => {
      this.step = captureTrace();
      return work();
    });
  }

  private async relayTicks(body: unknown): Promise<void> {
    const { place, voice, symbolOf, trades } = this.session;
    const { timeSeries, config } = this.ports;
    const batch = parseTicks(body, place.accountId, systemClock.nowUs(), symbolOf);
    if (!trades((body as terminal.TickFrame).symbol)) {
      throw new PeerFault('MESSAGE_INVALID', 'A tick is of a symbol that the terminal has not named.');
    }
    const { symbol, timeUs, bid, ask } = batch;
    const tags = { account: place.accountId, symbol };
    timeSeries.write('tick', tags, { seq: sequenceOf(batch), timeUs, fields: { bid, ask } });
    await timeSeries.pressure();
    place.ticks += timeUs.length;
    place.crossed += batch.crossed;
    countTicks(config.platform, timeUs.length);
    if (!place.lockstep) {
      place.timeUs = Math.max(place.timeUs, timeUs.at(-1) ?? 0);
      this.ports.quotes.show(batch);
    }
    await voice.ticks(batch);
  }

  /** Acknowledges a frame when the bus has it, in the trace of its order, which has none where somebody else traded. */
  private relayReliable(message: terminal.Envelope): Promise<void> {
    const { voice, connection, place, sequence, symbolOf } = this.session;
    const { body, coid, timeUs } = reliableOf(message, symbolOf);
    const take = async (): Promise<void> => {
      const { seq } = message;
      if (seq === undefined || seq <= 0)
        throw new PeerFault('MESSAGE_INVALID', 'A reliable message lacks its sequence.');
      if (await sequence.isDue(seq)) {
        crashPoint('gateway.events.publishing');
        await voice.reliable(body, seq, timeUs);
        crashPoint('gateway.events.published');
        sequence.accepted(seq);
      }
      crashPoint('gateway.events.acknowledging');
      connection.send('ack', {}, { ack: sequence.lastSeq });
      crashPoint('gateway.events.acknowledged');
    };
    return this.ports.orderTraces.runIn(coid, () =>
      withCorrelation({ accountId: place.accountId, coid }, () =>
        withSpan(`terminal ${message.t}`, { kind: 'consumer' }, take),
      ),
    );
  }

  private async relayMark(mark: terminal.SimMark): Promise<void> {
    const { place, voice, gate, connection } = this.session;
    const { directory, timeSeries, config } = this.ports;
    const { accountId, sessionId } = place;
    if (!place.lockstep || mark.n !== place.barrier + 1) {
      throw new PeerFault('MESSAGE_UNEXPECTED', `Barrier ${mark.n} follows barrier ${place.barrier}.`);
    }
    const isDue = mark.end || Date.now() - this.checkpointedMs >= config.checkpointEveryMs;
    // Stages keep few checkpoints: without one of them the others would forget the last that all have.
    const checkpoint = isDue && this.isWhole;
    place.timeUs = mark.time;
    place.barrier = mark.n;
    await voice.mark({ accountId, sessionId, n: mark.n, timeUs: mark.time, checkpoint, end: mark.end });
    const passed = await gate.pass(mark.n);
    this.isWhole = passed;
    if (!passed && connection.isOpen) {
      const missing = this.ports.progress.missing(accountId, mark.n);
      this.ports.logger.warn({ n: mark.n, missing }, 'Time goes on without stages.');
    }
    if (checkpoint && passed) {
      await voice.drain();
      await timeSeries.flush();
      const { ticks, crossed } = place;
      const barrier = { n: mark.n, timeUs: mark.time, ended: mark.end, ticks, crossed };
      await directory.saveBarrier(accountId, sessionId, barrier);
      crashPoint('gateway.resume.saved');
      this.checkpointedMs = Date.now();
    }
    place.ended = mark.end;
    connection.send('sim.done', { n: mark.n } satisfies terminal.SimDone);
  }
}
