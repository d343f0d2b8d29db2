import { terminal } from '@trading/contracts';
import { systemClock, type Clock } from '@trading/platform-config';
import type { Logger } from '@trading/platform-logging';
import type { PaperBooks, PaperFrame } from './paper-books';
import { PaperClock } from './paper-clock';
import { PaperDesk, type Taken } from './paper-desk';
import { accountFrame } from './paper-frames';
import type { PaperRecord } from './paper-record';
import type { PeerFault } from './peer-fault';
import { Turns } from './paper-turns';
import { NoAnswer } from './pending-requests';
import type { ConnectionListener } from './terminal-connection';
import type { TerminalLine } from './terminal-line';

/** All that a terminal is told for an account on paper: nothing of it trades. */
const TOLD_TO_TERMINAL: ReadonlySet<string> = new Set([
  'welcome',
  'bye',
  'reject',
  'symbol.get',
  'rates.get',
  'md.subscribe',
]);
/** What a terminal says of its own account, which is not ours. */
const OF_ITS_ACCOUNT: ReadonlySet<string> = new Set([
  'account',
  'cmd.result',
  'trade.event',
  'order.event',
  'position.event',
  'cash.event',
]);
/** How often an account with open positions is told. */
const ACCOUNT_EVERY_MS = 1_000;
/** About what a frame of ours would have on the wire. */
const FRAME_BYTES = 300;

export interface PaperLineParts {
  readonly accountId: string;
  /** What the terminal said of itself when it came. */
  readonly hello: terminal.Hello;
  /** Opens the books with what the terminal offers, and gives every frame that comes of their records to `said`. */
  readonly open: (
    offered: readonly terminal.WireInstrument[],
    said: (frame: PaperFrame) => void,
  ) => Promise<PaperBooks>;
  /** Keeps a record; what comes of it is told only afterwards. */
  readonly keep: (record: PaperRecord, books: PaperBooks) => Promise<void>;
  readonly logger: Pick<Logger, 'error'>;
  readonly clock?: Clock;
}

type More = Parameters<TerminalLine['send']>[2];

/**
 * Stands before a terminal whose account trades on paper: its quotes go through, and every command ends here, at our own
 * broker, who answers in the terminal's words. To the session behind it there is no difference.
 */
export class PaperLine implements TerminalLine {
  private readonly clock: PaperClock;
  private listener: ConnectionListener | undefined;
  private books: PaperBooks | undefined;
  private desk: PaperDesk | undefined;
  private resumeFrom = 0;
  private connected: boolean;
  private readonly turns: Turns;
  private accountToldMs = -Infinity;

  constructor(
    private readonly line: TerminalLine,
    private readonly parts: PaperLineParts,
  ) {
    this.clock = new PaperClock(parts.clock ?? systemClock);
    this.connected = parts.hello.connected;
    this.turns = new Turns(
      () => this.isOpen,
      (error) => this.broken(error),
    );
  }

  get isOpen(): boolean {
    return this.line.isOpen;
  }

  listen(listener: ConnectionListener): void {
    this.listener = listener;
    this.line.listen({
      onMessage: (message, bytes) => this.heard(message, bytes),
      onClose: (reason) => listener.onClose(reason),
    });
  }

  send(type: string, body: unknown, more?: More): void {
    if (type === 'ack') return;
    if (!TOLD_TO_TERMINAL.has(type)) {
      this.parts.logger.error({ accountId: this.parts.accountId, type }, 'A terminal is not told this on paper.');
      return;
    }
    if (type !== 'welcome') {
      this.line.send(type, body, more);
      return;
    }
    const { fullSync: _fullSync, ...welcome } = body as terminal.Welcome;
    const { epoch, resume } = this.parts.hello;
    this.resumeFrom = welcome.resumeFrom;
    // Its own account is none of our business: it goes on where it is.
    this.line.send(type, { ...welcome, epoch, resumeFrom: resume?.last ?? 0 } satisfies terminal.Welcome, more);
  }

  async request(type: string, body: unknown, timeoutMs: number): Promise<terminal.Envelope> {
    if (type === 'symbol.get') return this.open(await this.line.request(type, body, timeoutMs));
    if (TOLD_TO_TERMINAL.has(type)) return this.line.request(type, body, timeoutMs);
    return this.answered(type, body, timeoutMs);
  }

  startHeartbeat(everyMs: number): void {
    this.line.startHeartbeat(everyMs);
  }

  pause(): void {
    this.line.pause();
  }

  resume(): void {
    this.line.resume();
  }

  fail(fault: PeerFault): void {
    this.line.fail(fault);
  }

  close(reason: string): void {
    this.line.close(reason);
  }

  private async open(reply: terminal.Envelope): Promise<terminal.Envelope> {
    const missed: PaperFrame[] = [];
    const books = await this.parts.open(terminal.symbolsSchema.parse(reply.d).instruments, (frame) => {
      if (frame.seq > this.resumeFrom) missed.push(frame);
    });
    this.desk = new PaperDesk(books);
    this.books = books;
    this.tell(missed);
    this.tellAccount();
    return reply;
  }

  private heard(message: terminal.Envelope, bytes: number): void {
    if (OF_ITS_ACCOUNT.has(message.t)) {
      if (message.seq !== undefined) this.line.send('ack', {}, { ack: message.seq });
      else this.turns.take(() => this.passTime());
      return;
    }
    if (message.t === 'terminal') {
      const state = terminal.terminalStateSchema.parse(message.d);
      this.connected = state.connected;
      // Whether its user lets experts trade does not matter here.
      this.listener?.onMessage({ ...message, d: { ...state, tradeAllowed: true } }, bytes);
      return;
    }
    this.listener?.onMessage(message, bytes);
    if (message.t === 'tick') this.turns.take(() => this.trade(message.d));
  }

  /** Has our broker look at a frame of quotes, one after another. */
  private trade(body: unknown): Promise<void> | undefined {
    const { books } = this;
    const { symbol, t, b, a } = (body ?? {}) as Partial<terminal.TickFrame>;
    const instrument = books?.ofBroker(symbol ?? '');
    if (books === undefined || instrument === undefined || !Array.isArray(t)) return undefined;
    const from = (first: number): Promise<void> | undefined => {
      for (let i = first; i < t.length; i++) {
        const [at, bid, ask] = [t[i], Number(b?.[i]), Number(a?.[i])];
        // What is no quote ends the session, which has it too.
        if (at === undefined || !Number.isSafeInteger(at) || !(bid > 0 && ask > 0)) return undefined;
        const made = books.onQuote(instrument.symbol, this.clock.tick(at), bid, ask);
        if (made !== undefined) return this.commit(made.record, made.frames).then(() => from(i + 1));
      }
      return undefined;
    };
    const rest = from(0);
    if (rest === undefined) this.tellAccountInTime();
    return rest;
  }

  private passTime(): Promise<void> | undefined {
    const made = this.books?.onTime(this.clock.nowUs());
    this.tellAccountInTime();
    return made === undefined ? undefined : this.commit(made.record, made.frames);
  }

  /** Answers a command in the terminal's place, in its turn. */
  private answered(type: string, body: unknown, timeoutMs: number): Promise<terminal.Envelope> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new NoAnswer(type)), timeoutMs);
      this.turns.take(async () => {
        const answer = (t: string, d: unknown): void => {
          clearTimeout(timer);
          resolve(terminal.envelope(t, d, systemClock.nowUs()));
        };
        const { books, desk } = this;
        if (books === undefined || desk === undefined || !this.isOpen) {
          clearTimeout(timer);
          reject(new NoAnswer(type));
          return;
        }
        await this.act(type, body, books, desk, answer);
      });
    });
  }

  private async act(
    type: string,
    body: unknown,
    books: PaperBooks,
    desk: PaperDesk,
    answer: (t: string, d: unknown) => void,
  ): Promise<void> {
    const at = this.clock.nowUs();
    const command = async ({ answer: ack, record }: Taken): Promise<void> => {
      if (record !== undefined) await this.commit(record, books.play(record), () => answer('cmd.ack', ack));
      else answer('cmd.ack', ack);
    };
    switch (type) {
      case 'order.submit':
        return command(desk.submit(terminal.orderSubmitSchema.parse(body), at));
      case 'order.modify':
        return command(desk.modify(terminal.orderModifySchema.parse(body), at));
      case 'order.cancel':
        return command(desk.cancel(terminal.orderCancelSchema.parse(body), at));
      case 'fence':
        return command(desk.fence(terminal.fenceSchema.parse(body).epoch));
      case 'query.coid': {
        const query = terminal.queryCoidSchema.parse(body);
        const record = desk.tombstone(query);
        if (record !== undefined) await this.commit(record, books.play(record));
        answer('query.result', desk.query(query, this.connected));
        return;
      }
      case 'snapshot.get':
        answer('snapshot', desk.snapshot(at));
        return;
      case 'history.get':
        answer('history', desk.history(terminal.historyGetSchema.parse(body)));
        return;
      default: {
        const { coid = '' } = (body ?? {}) as { readonly coid?: string };
        const message = `${type} is not known on paper.`;
        answer('cmd.ack', { coid, status: 'REJECTED', code: 'COMMAND_UNKNOWN', message, dup: false });
      }
    }
  }

  /** Tells what came of a record once it is kept. */
  private async commit(record: PaperRecord, frames: readonly PaperFrame[], answer?: () => void): Promise<void> {
    const { books } = this;
    if (books === undefined) return;
    await this.parts.keep(record, books);
    answer?.();
    this.tell(frames);
    if (frames.length > 0) this.tellAccount();
  }

  private tell(frames: readonly PaperFrame[]): void {
    for (const { t, d, seq } of frames) this.say(t, d, seq);
  }

  private tellAccount(): void {
    if (this.books === undefined) return;
    this.accountToldMs = performance.now();
    this.say('account', accountFrame(this.books.broker.account(), this.clock.nowUs()));
  }

  /** With positions open the equity follows the quotes. */
  private tellAccountInTime(): void {
    if (performance.now() - this.accountToldMs < ACCOUNT_EVERY_MS) return;
    if (this.books !== undefined && this.books.broker.positions().length > 0) this.tellAccount();
  }

  private say(type: string, body: unknown, seq?: number): void {
    if (!this.isOpen) return;
    const message = terminal.envelope(type, body, systemClock.nowUs(), seq === undefined ? {} : { seq });
    this.listener?.onMessage(message, FRAME_BYTES);
  }

  /** What was not kept has never happened: the books begin again from their records with the next session. */
  private broken(error: unknown): void {
    this.books = undefined;
    const { accountId, logger } = this.parts;
    logger.error({ accountId, error: String(error) }, 'Our broker could not go on.');
    this.close('our broker could not go on');
  }
}
