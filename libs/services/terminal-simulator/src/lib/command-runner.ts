import type { terminal } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import { freshQuoteDelayMs, outcomeClass } from '@trading/trading-orders';
import { RETCODE, type ChangeOutcome, type SimulatedBroker } from '@trading/trading-simulation';
import { plannedAnswers, type BrokerFaults } from './broker-faults';
import { notAfterOf, stopsOf, symbolOf, withBrokerPositions } from './command-content';
import type { DealBook } from './deal-book';
import type { BrokerRule } from './fault-rule';
import type { CommandAnswer, Happening } from './happening';
import type { CommandRecord, PlayedCommand } from './journal-record';
import type { ToldOrders } from './told-orders';
import { brokerOrderOf, orderChangeOf } from './wire-orders';
import type { Platform } from './wire-results';

/** Of data time, before another attempt after an answer that asks for patience. */
const BACK_OFF_US = 1_000_000;

/** A command whose next attempt is still to be made. */
interface Due {
  readonly ordinal: number;
  readonly record: CommandRecord;
  readonly symbol: string;
  /** Codes that the broker will answer before it takes the command. */
  readonly answers: number[];
  readonly rules: readonly BrokerRule[];
  attempt: number;
  notBeforeUs: number;
  isRepaired: boolean;
}

export interface CommandRunnerParts {
  readonly broker: SimulatedBroker;
  readonly platform: Platform;
  readonly told: ToldOrders;
  readonly deals: DealBook;
  readonly faults: BrokerFaults;
  /** Hears of each attempt but the first before it is made. */
  readonly onAttempt: (command: number, attempt: number) => void;
}

/**
 * Hands commands to the broker as a terminal does: attempt by attempt, each within the order's `notAfter`, where the
 * answer lets it. What goes wrong between them is the plan's, by the place of the command in the journal, so that a
 * journal played again makes the same attempts at the same ticks.
 */
export class CommandRunner {
  private due: Due[] = [];
  private readonly swapped = new Set<string>();

  constructor(private readonly parts: CommandRunnerParts) {}

  /** Attempts wait for quotes. */
  get isBusy(): boolean {
    return this.due.length > 0;
  }

  isSwapped(coid: string): boolean {
    return this.swapped.has(coid);
  }

  /** The terminal's journal is gone, and with it what it wanted to try again. */
  forget(): void {
    this.due = [];
  }

  /** Takes a command at `nowUs`. */
  take({ ordinal, record }: PlayedCommand, nowUs: number): Happening[] {
    const { faults, told, platform } = this.parts;
    const rules = faults.of(ordinal);
    if (record.kind === 'submit') told.remember(record.order);
    const due: Due = {
      ordinal,
      record,
      symbol: symbolOf(record),
      answers: rules.flatMap((rule) => plannedAnswers(rule, record, platform)),
      rules,
      attempt: 1,
      notBeforeUs: nowUs,
      isRepaired: false,
    };
    const happenings = this.begin(due, nowUs);
    return [...happenings, ...rules.flatMap((rule) => this.othersAct(rule, due.symbol, nowUs))];
  }

  /** Makes the attempts that waited for a quote of a symbol. */
  onQuote(symbol: string, nowUs: number): Happening[] {
    return this.tryAgain((one) => (one.symbol === symbol || one.symbol === '') && one.notBeforeUs <= nowUs, nowUs);
  }

  /** No quote will come any more, of one symbol or of any: what waits for one is tried a last time. */
  finish(nowUs: number, symbol?: string): Happening[] {
    if (this.due.length === 0) return [];
    return this.tryAgain((one) => {
      const isLast = symbol === undefined || one.symbol === symbol;
      if (isLast) one.answers.length = 0;
      return isLast;
    }, nowUs);
  }

  private tryAgain(isReady: (one: Due) => boolean, nowUs: number): Happening[] {
    const ready = this.due.filter(isReady);
    if (ready.length === 0) return [];
    this.due = this.due.filter((one) => !ready.includes(one));
    return ready.flatMap((one) => {
      one.attempt += 1;
      this.parts.onAttempt(one.ordinal, one.attempt);
      return this.attempt(one, nowUs);
    });
  }

  /** What nobody asked for: a human trades in the terminal, money comes or goes. */
  private othersAct(rule: BrokerRule, symbol: string, nowUs: number): readonly Happening[] {
    const { broker } = this.parts;
    if (rule.kind === 'cash') return broker.cash(rule.cash, rule.amount, nowUs);
    if (rule.kind !== 'manual') return [];
    const { side, volume: volumeLots } = rule;
    return broker.submitManual({ symbol: rule.symbol ?? symbol, side, type: 'MARKET', volumeLots }, nowUs);
  }

  private begin(due: Due, nowUs: number): Happening[] {
    if (due.rules.some(({ kind }) => kind === 'away')) return this.findAway(due, nowUs);
    if (due.rules.some(({ kind }) => kind === 'unheard')) return [this.unknown(due, nowUs)];
    return this.attempt(due, nowUs);
  }

  private attempt(due: Due, nowUs: number): Happening[] {
    const { platform } = this.parts;
    const notAfterUs = notAfterOf(due.record);
    if (due.attempt > 1 && nowUs > notAfterUs) {
      return [this.answer(due, 'REJECTED', RETCODE.INVALID_EXPIRATION, 'No time is left for another attempt.', nowUs)];
    }
    const code = due.answers.shift();
    if (code === undefined) return this.send(due, nowUs);
    const message = `The broker answers ${code}.`;
    switch (outcomeClass(platform, due.record.kind, code)) {
      case 'done':
        return this.send(due, nowUs);
      case 'fresh-quote':
        return this.again(due, nowUs + freshQuoteDelayMs(platform, code) * 1000);
      case 'back-off':
        return this.again(due, nowUs + BACK_OFF_US);
      case 'repairable':
        if (due.isRepaired) return [this.answerCode(due, 'REJECTED', code, message, nowUs)];
        due.isRepaired = true;
        return this.again(due, nowUs);
      case 'unknown':
        return [this.answerCode(due, 'UNKNOWN', code, message, nowUs), ...this.executed(due, nowUs)];
      case 'final':
        return [this.answerCode(due, 'REJECTED', code, message, nowUs), ...this.executed(due, nowUs)];
    }
  }

  private again(due: Due, notBeforeUs: number): Happening[] {
    due.notBeforeUs = notBeforeUs;
    this.due.push(due);
    return [];
  }

  /** The broker carries out what it said no word of, or another one. */
  private executed(due: Due, nowUs: number): Happening[] {
    if (!due.rules.some((rule) => rule.kind === 'code' && rule.executes)) return [];
    return this.carryOut(due, nowUs).filter((happening) => happening.kind !== 'answer');
  }

  /** Hands it to the broker, and has the result told. */
  private send(due: Due, nowUs: number): Happening[] {
    const { told } = this.parts;
    const { record, rules, attempt } = due;
    if (rules.some(({ kind }) => kind === 'unanswered')) {
      const unknown = this.unknown(due, nowUs);
      return [unknown, ...this.carryOut(due, nowUs).filter(({ kind }) => kind !== 'answer')];
    }
    if (record.kind === 'submit') told.await(record.order.coid, attempt, record.order.volume);
    return this.carryOut(due, nowUs);
  }

  private carryOut(due: Due, nowUs: number): Happening[] {
    const { broker, told, deals } = this.parts;
    const { record, rules } = due;
    switch (record.kind) {
      case 'submit': {
        const { order } = record;
        for (const rule of rules) {
          if (rule.kind === 'ticket') told.changeTicket(order.coid);
          if (rule.kind === 'comment') told.changeComment(order.coid, rule.how);
          if (rule.kind === 'swap-events') this.swapped.add(order.coid);
        }
        return broker.submit(brokerOrderOf(withBrokerPositions(order, deals)), nowUs);
      }
      case 'modify': {
        const { change } = record;
        const ticket = change.order === undefined ? undefined : told.brokerTicket(change.order);
        const outcome =
          change.positionId === undefined
            ? broker.modify(orderChangeOf(change, ticket), nowUs)
            : broker.setStops(deals.brokerPosition(change.positionId), stopsOf(change), nowUs);
        return this.outcome(due, outcome, nowUs);
      }
      case 'cancel':
        return this.cancel(due, record.cancel, nowUs);
    }
  }

  private cancel(due: Due, { coid, order }: terminal.OrderCancel, nowUs: number): Happening[] {
    const { broker, told } = this.parts;
    const name = order === undefined ? { coid } : { orderTicket: told.brokerTicket(order) };
    const isNamed = (held: { readonly orderTicket: string; readonly order: { readonly coid: string } }): boolean =>
      'coid' in name ? held.order.coid === name.coid : held.orderTicket === name.orderTicket;
    const held = broker.workingOrders().find(isNamed);
    const outcome = broker.cancel(name, nowUs);
    const happenings = this.outcome(due, outcome, nowUs);
    if (!held || outcome.kind !== 'done' || !due.rules.some(({ kind }) => kind === 'fill-after-cancel')) {
      return happenings;
    }
    // The broker did not take the order off its book in time: what is left of it fills at the next quote.
    const standIn = `${held.order.coid}\u0000late`;
    told.stand(standIn, held.order.coid, held.orderTicket);
    const { magic, tag, symbol, side, reduceOnly, positionId } = held.order;
    const volumeLots = new Decimal(held.order.volumeLots).minus(held.filledLots).toFixed();
    const late = {
      coid: standIn,
      symbol,
      side,
      type: 'MARKET',
      volumeLots,
      fillings: [],
      reduceOnly,
      magic,
      tag,
    } as const;
    return [...happenings, ...broker.submit({ ...late, ...(positionId !== undefined && { positionId }) }, nowUs)];
  }

  private outcome(due: Due, outcome: ChangeOutcome, nowUs: number): Happening[] {
    if (outcome.kind === 'rejected') {
      return [this.answer(due, 'REJECTED', outcome.retcode, outcome.message, nowUs)];
    }
    return [this.answer(due, 'DONE', outcome.retcode, 'done', nowUs), ...outcome.events];
  }

  /** The terminal sees that it has no broker, so that it sends nothing. */
  private findAway(due: Due, timeUs: number): Happening[] {
    return [
      { kind: 'terminal', connected: false, timeUs },
      this.answer(due, 'REJECTED', RETCODE.CONNECTION, 'There is no connection to the broker.', timeUs),
      { kind: 'terminal', connected: true, timeUs },
    ];
  }

  private unknown(due: Due, timeUs: number): CommandAnswer {
    return this.answer(due, 'UNKNOWN', RETCODE.TIMEOUT, 'The broker did not answer.', timeUs);
  }

  /** @param code of the terminal's own platform */
  private answerCode(due: Due, status: 'REJECTED' | 'UNKNOWN', code: number, message: string, timeUs: number) {
    return { ...this.answer(due, status, code, message, timeUs), isTold: true };
  }

  private answer(
    due: Due,
    status: CommandAnswer['status'],
    retcode: number,
    message: string,
    timeUs: number,
  ): CommandAnswer {
    const { record, symbol, attempt } = due;
    const { told } = this.parts;
    const common = { kind: 'answer', status, retcode, isTold: false, message, symbol, attempt, timeUs } as const;
    switch (record.kind) {
      case 'submit':
        if (status === 'UNKNOWN') told.doubt(record.order.coid);
        return { ...common, verb: 'submit', coid: record.order.coid, order: '', position: '' };
      case 'modify': {
        const { coid, requestId, order = '', positionId = '' } = record.change;
        return { ...common, verb: 'modify', coid, requestId, order, position: positionId };
      }
      case 'cancel': {
        const { coid, requestId, order = '' } = record.cancel;
        return { ...common, verb: 'cancel', coid, requestId, order, position: '' };
      }
    }
  }
}
