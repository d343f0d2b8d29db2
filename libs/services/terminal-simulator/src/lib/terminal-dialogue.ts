import { terminal } from '@trading/contracts';
import { crashPoint } from '@trading/platform-crash-points';
import type { z } from 'zod';
import type { PlayedTime } from './command-desk';
import type { SessionParts } from './terminal-session';
import { instrumentFrame } from './wire-broker';

const subscriptionSchema = terminal.welcomeSchema.pick({ subscribe: true });

export interface DialogueParts extends Pick<
  SessionParts,
  'connection' | 'playback' | 'desk' | 'symbols' | 'rates' | 'faults' | 'logger'
> {
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
    const { desk, playback, symbols, logger } = this.parts;
    switch (message.t) {
      case 'order.submit': {
        this.command(message, terminal.orderSubmitSchema, (order, played) =>
          desk.submit({ ...order, symbol: symbols.ours(order.symbol) }, played),
        );
        return;
      }
      case 'order.modify': {
        this.command(message, terminal.orderModifySchema, (change, played) =>
          desk.modify({ ...change, symbol: symbols.ours(change.symbol) }, played),
        );
        return;
      }
      case 'order.cancel': {
        this.command(message, terminal.orderCancelSchema, (cancel, played) => desk.cancel(cancel, played));
        return;
      }
      case 'query.coid': {
        this.read(message, terminal.queryCoidSchema, (query) =>
          this.answer(message, 'query.result', desk.query(query, playback)),
        );
        return;
      }
      case 'fence': {
        this.read(message, terminal.fenceSchema, ({ epoch }) => this.answer(message, 'cmd.ack', desk.fence(epoch)));
        return;
      }
      case 'md.subscribe': {
        this.read(message, subscriptionSchema, ({ subscribe }) => {
          desk.subscribe(subscribe, playback);
          this.answer(message, 'cmd.ack', { coid: '', status: 'JOURNALLED', code: '', message: '', dup: false });
        });
        return;
      }
      case 'snapshot.get': {
        this.answer(message, 'snapshot', playback.snapshot());
        return;
      }
      case 'history.get': {
        this.read(message, terminal.historyGetSchema, (request) =>
          this.answer(message, 'history', playback.history(request)),
        );
        return;
      }
      case 'rates.get': {
        this.read(message, terminal.ratesGetSchema, (request) => void this.tellRates(message, request));
        return;
      }
      default:
        logger.warn({ type: message.t }, 'The gateway sent a message that this terminal does not know.');
        this.refuse(message, [{ path: ['t'], message: `${message.t} is not known here` }], 'COMMAND_UNKNOWN');
    }
  }

  private read<T>(message: terminal.Envelope, schema: z.ZodType<T>, act: (body: T) => void): void {
    const parsed = schema.safeParse(message.d);
    if (parsed.success) act(parsed.data);
    else this.refuse(message, parsed.error.issues);
  }

  /** Takes a command, or refuses it, by the clock that the terminal believes in. */
  private command<T>(
    message: terminal.Envelope,
    schema: z.ZodType<T>,
    act: (body: T, played: PlayedTime) => terminal.CmdAck,
  ): void {
    this.read(message, schema, (body) => {
      const { playback, faults, onOrder } = this.parts;
      const { commandBarrier, results } = playback;
      const timeUs = playback.timeUs + (faults?.clockShiftMs ?? 0) * 1000;
      const ack = act(body, { timeUs, commandBarrier, results });
      crashPoint('terminal-simulator.order.acknowledging');
      this.answer(message, 'cmd.ack', ack);
      faults?.passCommand();
      onOrder();
    });
  }

  private async tellRates(message: terminal.Envelope, request: terminal.RatesGet): Promise<void> {
    try {
      this.answer(message, 'rates', await this.parts.rates(request));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.parts.logger.warn({ reason }, 'Bars could not be read from the data.');
      this.refuse(message, [{ path: [], message: reason }], 'RATES_UNREADABLE');
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
