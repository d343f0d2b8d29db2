import type { gateway } from '@trading/contracts';
import type { AlertSink } from '@trading/platform-alerting';
import type { Logger } from '@trading/platform-logging';
import { currentTraceContext, runInTrace, type Trace } from '@trading/platform-tracing';
import type { AccountWriter, Entry } from './account-writer';
import { cashNote, type BookNote } from './book-note';
import { causeOf, happeningsOfDeal, happeningsOfResult, oldCauseOf, type FindOrder } from './broker-happenings';
import { answerOfCommand, happeningsOfUpdate } from './broker-updates';
import { protectionsAfter } from './entry-protection';
import { cancelsOfGroups } from './oco-groups';
import type { OrderCommand } from './order-command';
import { lateFillAlert } from './order-alerts';
import { countLateFill } from './order-metrics';
import { advance, type Happening, type OrderRecord } from './order-record';
import type { OrderStore } from './order-store';
import type { Protection } from './protection';

/** A reliable event of the terminal with the trace in which it came. */
export interface TracedTrade {
  readonly event: gateway.TradeEvent;
  readonly trace: Trace | undefined;
}

/** What a batch of the terminal's events comes to: to be committed together. */
export interface Booked {
  readonly entries: readonly Entry[];
  readonly commands: readonly OrderCommand[];
  readonly protections: readonly Protection[];
  /** What humans did in the terminal, in words; each may halt the account. */
  readonly byHand: readonly string[];
}

export interface BookingPorts {
  readonly store: OrderStore;
  readonly alerts: AlertSink;
  readonly logger: Logger;
  /** How long a position may be without its stops where the broker takes them only after the entry. */
  readonly protectWithinMs: number;
}

/** Turns reliable events of the terminal into what the books take; what is stored has happened and comes to nothing. */
export class TradeBooking {
  private readonly drafted = new Map<string, OrderRecord>();
  private readonly entries: Entry[] = [];
  private readonly commands = new Map<string, OrderCommand>();
  private readonly byHand: string[] = [];

  private constructor(
    private readonly writer: AccountWriter,
    private readonly ports: BookingPorts,
    private readonly inStep: boolean,
  ) {}

  static async of(
    writer: AccountWriter,
    trades: readonly TracedTrade[],
    ports: BookingPorts,
    { inStep, takesOldCauses }: { readonly inStep: boolean; readonly takesOldCauses: boolean },
  ): Promise<Booked> {
    const booking = new TradeBooking(writer, ports, inStep);
    for (const { event, trace } of await booking.unknown(trades, takesOldCauses)) await booking.take(event, trace);
    return booking.finished();
  }

  /** Those that are not booked yet. */
  private async unknown(trades: readonly TracedTrade[], takesOldCauses: boolean): Promise<readonly TracedTrade[]> {
    const { writer, ports } = this;
    const causes = trades.map(({ event }) => causeOf(event));
    const old = takesOldCauses ? trades.map(({ event }) => oldCauseOf(event.seq)) : [];
    const deals = trades.flatMap(({ event }) => (event.body?.$case === 'deal' ? [event.body.value.dealTicket] : []));
    const cash = trades.flatMap(({ event }) => (event.body?.$case === 'cash' ? [event.body.value.dealTicket] : []));
    const stored = await ports.store.storedTrades(writer.accountId, [...causes, ...old], deals);
    const hasNotes = trades.some(({ event }) => event.body?.$case === 'cash' || event.body?.$case === 'position');
    const noted = hasNotes ? await ports.store.storedNotes(writer.accountId, causes, cash) : undefined;
    const seen = new Set<string>();
    return trades.filter(({ event }) => {
      const { body } = event;
      const cause = causeOf(event);
      if (stored.causes.has(cause) || noted?.causes.has(cause) === true) return false;
      if (takesOldCauses && stored.causes.has(oldCauseOf(event.seq))) return false;
      if (body?.$case !== 'deal' && body?.$case !== 'cash') return true;
      const ticket = body.value.dealTicket;
      if (ticket === '') return true;
      const name = `${body.$case}:${ticket}`;
      const isKnown = body.$case === 'deal' ? stored.deals.has(ticket) : noted?.tickets.has(ticket) === true;
      if (isKnown || seen.has(name)) return false;
      seen.add(name);
      return true;
    });
  }

  private readonly find: FindOrder = async (coid) => this.drafted.get(coid) ?? (await this.writer.record(coid));

  private async take(event: gateway.TradeEvent, trace: Trace | undefined): Promise<void> {
    const { body } = event;
    switch (body?.$case) {
      case 'result':
        return this.add(await this.ofResult(event, body.value), trace);
      case 'deal': {
        const deal = body.value;
        const happenings = await happeningsOfDeal(event, deal, this.find);
        if (deal.origin === 'ORIGIN_EXTERNAL' && happenings.length > 0)
          this.byHand.push(`Somebody traded ${deal.symbol} in the terminal (deal ${deal.dealTicket}).`);
        return this.add(happenings, trace);
      }
      case 'order': {
        const update = body.value;
        const happenings = await happeningsOfUpdate(event, update, this.find);
        if (update.origin === 'ORIGIN_EXTERNAL' && happenings.length > 0)
          this.byHand.push(`Somebody changed orders of ${update.symbol} in the terminal (order ${update.ticket}).`);
        return this.add(happenings, trace);
      }
      case 'position': {
        const { symbol, positionId, stopLoss, takeProfit, timeUs } = body.value;
        const subject = this.writer.books.keyOf({ positionId, symbol });
        this.note({ kind: 'stops', cause: causeOf(event), timeUs, subject, symbol, stopLoss, takeProfit });
        return;
      }
      case 'cash': {
        const note = cashNote(causeOf(event), event.timeUs, body.value);
        if (note !== undefined) this.note(note);
        return;
      }
      default:
        return;
    }
  }

  private async ofResult(event: gateway.TradeEvent, result: gateway.CommandResult): Promise<readonly Happening[]> {
    if (result.verb !== 'modify' && result.verb !== 'cancel') return happeningsOfResult(event, result, this.find);
    const { writer, ports } = this;
    const { requestId } = result;
    const command =
      this.commands.get(requestId) ??
      writer.pending.get(requestId) ??
      (await ports.store.commands.find(writer.accountId, requestId));
    if (command?.state !== 'PENDING') return [];
    const answer = await answerOfCommand(event, result, command, this.find);
    if (answer.command !== undefined) this.commands.set(requestId, answer.command);
    if (answer.command?.state === 'DONE' && command.positionKey !== '') this.note(this.stopsAfter(event, command));
    return answer.happenings;
  }

  /** Stops that were moved by our command; what the terminal says of the position itself comes besides. */
  private stopsAfter(event: gateway.TradeEvent, { positionKey: subject, symbol, changes }: OrderCommand): BookNote {
    const held = this.writer.books.position(subject);
    const { stopLoss = held.stopLoss ?? '', takeProfit = held.takeProfit ?? '' } = changes;
    return { kind: 'stops', cause: causeOf(event), timeUs: event.timeUs, subject, symbol, stopLoss, takeProfit };
  }

  private note(note: BookNote): void {
    this.entries.push({ note });
  }

  private async add(happenings: readonly Happening[], trace: Trace | undefined): Promise<void> {
    for (const happening of happenings) {
      const before = await this.find(happening.coid);
      const after = advance(before, happening, 0);
      this.drafted.set(happening.coid, after);
      this.entries.push(isElsewhere(trace) ? { ...happening, trace } : happening);
      if (happening.event.kind === 'FILLED' && after.view.lateFill) this.sayLate(happening);
    }
  }

  private sayLate({ coid, fill }: Happening): void {
    countLateFill();
    const { accountId } = this.writer;
    this.ports.alerts.raise(lateFillAlert(accountId, coid, fill));
    this.ports.logger.error(
      { accountId, coid, fillId: fill?.fillId, volumeLots: fill?.volumeLots },
      'A fill came after its order had ended; it is booked.',
    );
  }

  private finished(): Booked {
    const { writer, inStep, entries } = this;
    const happenings = entries.filter((entry): entry is Happening => !('note' in entry));
    const cancels = cancelsOfGroups(writer, happenings, this.drafted, inStep);
    return {
      entries: [...entries, ...cancels.happenings],
      commands: [...this.commands.values(), ...cancels.commands],
      protections: protectionsAfter(writer, happenings, this.ports.protectWithinMs),
      byHand: this.byHand,
    };
  }
}

/** Whether work of this trace is done in the name of another: one span cannot be the parent of both. */
function isElsewhere(trace: Trace | undefined): boolean {
  return runInTrace(trace, currentTraceContext)?.traceId !== currentTraceContext()?.traceId;
}
