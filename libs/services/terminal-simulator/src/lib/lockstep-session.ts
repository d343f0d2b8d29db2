import { terminal } from '@trading/contracts';
import type { Instrument } from '@trading/trading-market';
import type { Logger } from '@trading/platform-logging';
import type { CommandDesk } from './command-desk';
import { FrameSink } from './frame-sink';
import type { GatewayConnection } from './gateway-connection';
import type { Journal } from './journal';
import type { Pace } from './pace';
import { playSilentlyTo, type Playback } from './playback';
import { instrumentFrame, snapshotFrame } from './wire-broker';

export interface LockstepSessionParts {
  readonly connection: GatewayConnection;
  readonly welcome: terminal.Welcome;
  readonly playback: Playback;
  readonly journal: Journal;
  readonly desk: CommandDesk;
  readonly pace: Pace;
  readonly instrument: Instrument;
  readonly logger: Logger;
}

/** One welcomed connection: plays from the gateway's barrier to the end, one barrier per `sim.done`, and takes commands. */
export class LockstepSession {
  /** The gateway said that a newer terminal took over. */
  isSuperseded = false;
  private readonly sink: FrameSink;
  /** Messages that came before the gateway's barrier was reached. */
  private held: terminal.Envelope[] | undefined = [];
  private awaited: { readonly n: number; readonly go: () => void } | undefined;

  constructor(private readonly parts: LockstepSessionParts) {
    const { connection, instrument } = parts;
    this.sink = new FrameSink(instrument.brokerSymbol, async (frames) => {
      connection.write(frames);
      await connection.drained();
    });
  }

  /** Ends with the connection. @throws what the data makes the playback throw */
  async run(): Promise<void> {
    const { connection, welcome, playback, journal, desk, logger } = this.parts;
    const { ended } = connection;
    if (welcome.epoch > journal.epoch) desk.fence(welcome.epoch);
    desk.subscribe(welcome.subscribe, playback);
    connection.startHeartbeat(welcome.hbMs);
    connection.listen((message) => this.receive(message));
    await playSilentlyTo(playback, welcome.resumeBarrier, ended);
    const held = this.held ?? [];
    this.held = undefined;
    for (const message of held) this.act(message);

    while (!ended.aborted && !playback.isEnded) {
      await this.waitForTime();
      await playback.next(this.sink);
      const done = this.done(playback.n);
      connection.write(this.sink.take());
      await done;
    }
    if (ended.aborted) return;
    logger.info({ barrier: playback.n, ticks: playback.ticks }, 'The data ends here.');
    this.answerAfterEnd();
    await new Promise<void>((resolve) => {
      if (ended.aborted) resolve();
      else ended.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private async waitForTime(): Promise<void> {
    const { pace, playback, journal } = this.parts;
    if (pace.isFree || playback.n < journal.lastBarrier) return;
    const expectedUs = (await playback.expectedBarrierUs()) ?? playback.timeUs;
    await pace.pass(expectedUs - playback.timeUs, playback.shortestBarUs);
  }

  /** Resolves when the gateway is done with barrier `n`, or gone. */
  private done(n: number): Promise<void> {
    const { ended } = this.parts.connection;
    return new Promise((resolve) => {
      const go = (): void => {
        this.awaited = undefined;
        ended.removeEventListener('abort', go);
        resolve();
      };
      this.awaited = { n, go };
      ended.addEventListener('abort', go, { once: true });
      if (ended.aborted) go();
    });
  }

  private receive(message: terminal.Envelope): void {
    const { connection, instrument } = this.parts;
    switch (message.t) {
      case 'bye':
        this.isSuperseded = terminal.byeSchema.safeParse(message.d).data?.code === 'superseded';
        {
          connection.close('the gateway says goodbye');
          return;
        }
      case 'symbol.get': {
        this.answer(message, 'symbols', { instruments: [instrumentFrame(instrument)] });
        return;
      }
      case 'sim.done': {
        const done = terminal.simDoneSchema.safeParse(message.d).data;
        if (done !== undefined && done.n === this.awaited?.n) this.awaited.go();
        return;
      }
      default:
        if (this.held) this.held.push(message);
        else this.act(message);
    }
  }

  /** Commands that look at the time reached, or change what is played. */
  private act(message: terminal.Envelope): void {
    const { desk, playback, instrument, logger } = this.parts;
    switch (message.t) {
      case 'order.submit': {
        const order = terminal.orderSubmitSchema.safeParse(message.d);
        if (!order.success) {
          this.refuse(message, order.error.issues);
          return;
        }
        this.answer(message, 'cmd.ack', desk.submit(withOurSymbol(order.data, instrument), playback));
        this.answerAfterEnd();
        return;
      }
      case 'query.coid': {
        const query = terminal.queryCoidSchema.safeParse(message.d);
        if (!query.success) {
          this.refuse(message, query.error.issues);
          return;
        }
        this.answer(message, 'query.result', desk.query(query.data, playback));
        return;
      }
      case 'fence': {
        const fence = terminal.fenceSchema.safeParse(message.d);
        if (!fence.success) {
          this.refuse(message, fence.error.issues);
          return;
        }
        this.answer(message, 'cmd.ack', desk.fence(fence.data.epoch));
        return;
      }
      case 'md.subscribe': {
        const bars = terminal.welcomeSchema.shape.subscribe.safeParse(
          (message.d as { subscribe?: unknown } | null)?.subscribe,
        );
        if (!bars.success) {
          this.refuse(message, bars.error.issues);
          return;
        }
        desk.subscribe(bars.data, playback);
        this.answer(message, 'cmd.ack', { coid: '', status: 'JOURNALLED', code: '', message: '', dup: false });
        return;
      }
      case 'snapshot.get': {
        this.answer(message, 'snapshot', snapshotFrame(playback.broker, instrument, playback.timeUs));
        return;
      }
      default:
        logger.warn({ type: message.t }, 'The gateway sent a message that this terminal does not know.');
        {
          this.refuse(message, [{ path: ['t'], message: `${message.t} is not known here` }], 'COMMAND_UNKNOWN');
          return;
        }
    }
  }

  private answerAfterEnd(): void {
    const { playback, connection } = this.parts;
    if (!playback.isEnded) return;
    playback.answerAfterEnd(this.sink);
    connection.write(this.sink.take());
  }

  private answer(message: terminal.Envelope, type: string, body: unknown): void {
    this.parts.connection.send(type, body, message.id === undefined ? {} : { re: message.id });
  }

  private refuse(
    message: terminal.Envelope,
    issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
    code = 'MESSAGE_INVALID',
  ): void {
    const { coid } = (message.d ?? {}) as { coid?: unknown };
    const sentence = issues.map((issue) => `${issue.path.join('.') || 'message'}: ${issue.message}`).join('; ');
    this.answer(message, 'cmd.ack', {
      coid: typeof coid === 'string' ? coid : '',
      status: 'REJECTED',
      code,
      message: sentence,
      dup: false,
    } satisfies terminal.CmdAck);
  }
}

/** On the wire a symbol is the broker's; inside it is ours. */
function withOurSymbol(order: terminal.OrderSubmit, instrument: Instrument): terminal.OrderSubmit {
  return order.symbol === instrument.brokerSymbol ? { ...order, symbol: instrument.symbol } : order;
}
