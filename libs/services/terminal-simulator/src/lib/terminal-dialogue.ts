import { terminal } from '@trading/contracts';
import type { Logger } from '@trading/platform-logging';
import type { CommandDesk } from './command-desk';
import type { GatewayConnection } from './gateway-connection';
import type { Playback } from './playback';
import type { TradedSymbols } from './traded-symbols';
import { instrumentFrame, snapshotFrame } from './wire-broker';

export interface DialogueParts {
  readonly connection: GatewayConnection;
  readonly playback: Playback;
  readonly desk: CommandDesk;
  readonly symbols: TradedSymbols;
  readonly logger: Logger;
  /** Hears of `sim.done`. */
  readonly onDone?: (n: number) => void;
  /** Called after an order was taken or refused. */
  readonly onOrder: () => void;
}

type Issues = readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];

/** What the gateway asks and orders over one connection, and what it is answered. */
export class TerminalDialogue {
  /** The gateway said that a newer terminal took over. */
  isSuperseded = false;
  /** Messages that came before the time was reached at which commands may act. */
  private held: terminal.Envelope[] | undefined = [];

  constructor(private readonly parts: DialogueParts) {}

  /** Starts to listen; commands are held until {@link begin}. */
  listen(): void {
    this.parts.connection.listen((message) => this.receive(message));
  }

  /** Lets commands act, those that were held first. */
  begin(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const message of held) this.act(message);
  }

  private receive(message: terminal.Envelope): void {
    const { connection, symbols, onDone } = this.parts;
    switch (message.t) {
      case 'bye':
        this.isSuperseded = terminal.byeSchema.safeParse(message.d).data?.code === 'superseded';
        connection.close('the gateway says goodbye');
        return;
      case 'symbol.get':
        this.answer(message, 'symbols', { instruments: symbols.instruments.map(instrumentFrame) });
        return;
      case 'sim.done': {
        const done = terminal.simDoneSchema.safeParse(message.d).data;
        if (done !== undefined) onDone?.(done.n);
        return;
      }
      default:
        if (this.held) this.held.push(message);
        else this.act(message);
    }
  }

  /** Commands that look at the time reached, or change what is played. */
  private act(message: terminal.Envelope): void {
    const { desk, playback, symbols, logger, onOrder } = this.parts;
    switch (message.t) {
      case 'order.submit': {
        const order = terminal.orderSubmitSchema.safeParse(message.d);
        if (!order.success) {
          this.refuse(message, order.error.issues);
          return;
        }
        const ours = { ...order.data, symbol: symbols.ours(order.data.symbol) };
        this.answer(message, 'cmd.ack', desk.submit(ours, playback));
        onOrder();
        return;
      }
      case 'query.coid': {
        const query = terminal.queryCoidSchema.safeParse(message.d);
        if (query.success) this.answer(message, 'query.result', desk.query(query.data, playback));
        else this.refuse(message, query.error.issues);
        return;
      }
      case 'fence': {
        const fence = terminal.fenceSchema.safeParse(message.d);
        if (fence.success) this.answer(message, 'cmd.ack', desk.fence(fence.data.epoch));
        else this.refuse(message, fence.error.issues);
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
      case 'snapshot.get':
        this.answer(message, 'snapshot', snapshotFrame(playback.broker, symbols, playback.timeUs, playback.seq));
        return;
      default:
        logger.warn({ type: message.t }, 'The gateway sent a message that this terminal does not know.');
        this.refuse(message, [{ path: ['t'], message: `${message.t} is not known here` }], 'COMMAND_UNKNOWN');
    }
  }

  private answer(message: terminal.Envelope, type: string, body: unknown): void {
    this.parts.connection.send(type, body, message.id === undefined ? {} : { re: message.id });
  }

  private refuse(message: terminal.Envelope, issues: Issues, code = 'MESSAGE_INVALID'): void {
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
