import { terminal } from '@trading/contracts';
import type { FaultRecord } from './fault-record';
import { isBrokerRule, type FaultPlan, type FaultStep, type LineRule } from './fault-rule';

const STEP_OF_TYPE: Readonly<Record<string, FaultStep>> = {
  hello: 'hello',
  auth: 'auth',
  symbols: 'symbols',
  tick: 'ticks',
  account: 'account',
  'sim.mark': 'mark',
  'cmd.ack': 'ack',
  'cmd.result': 'result',
  'trade.event': 'event',
  'order.event': 'event',
  'position.event': 'event',
  'cash.event': 'event',
  snapshot: 'snapshot',
  history: 'history',
  rates: 'rates',
  'query.result': 'query',
  challenge: 'challenge',
  welcome: 'welcome',
  'order.submit': 'command',
  'order.modify': 'command',
  'order.cancel': 'command',
};

/** Answers to a request: nothing follows from them but to whoever asked. */
const ANSWERS: ReadonlySet<FaultStep> = new Set(['ack', 'snapshot', 'history', 'rates', 'query', 'symbols']);
const RELIABLE: ReadonlySet<FaultStep> = new Set(['result', 'event']);

/** How a restart finds the terminal's journal. */
export type RestartedWith = 'kept' | 'lost';

/** What a frame that is about to go out becomes. */
export interface Passed {
  readonly messages: readonly terminal.Envelope[];
  /** How long it and what follows must wait. */
  readonly delayMs: number;
  /** The frame goes out behind the next one. */
  readonly isOvertaken: boolean;
}

const NOTHING: Passed = { messages: [], delayMs: 0, isOvertaken: false };

/** The rules of the line while they are played: counts the steps of all connections of a process. */
export class LineFaults {
  /** The terminal is to die now. */
  restart: RestartedWith | undefined;
  /** By how much the terminal's clock is wrong now. */
  clockShiftMs = 0;
  private shiftedCommands = 0;
  private readonly counts = new Map<FaultStep, number>();
  private readonly rules: readonly { readonly index: number; readonly rule: LineRule }[];

  constructor(
    plan: FaultPlan,
    private readonly record: FaultRecord,
  ) {
    this.rules = plan.rules.flatMap((rule, index) => (isBrokerRule(rule) ? [] : [{ index, rule }]));
  }

  /** The faults of one connection. */
  connection(): ConnectionFaults {
    return new ConnectionFaults(this);
  }

  /** The rules that are due at this message; each is due once. */
  due(type: string): readonly LineRule[] {
    const step = STEP_OF_TYPE[type];
    if (this.rules.length === 0 || step === undefined) return [];
    const nth = (this.counts.get(step) ?? 0) + 1;
    this.counts.set(step, nth);
    return this.rules.flatMap(({ index, rule }) =>
      rule.at.step === step && rule.at.nth === nth && this.record.fire(index) ? [rule] : [],
    );
  }

  shiftClock(shiftMs: number, commands: number): void {
    this.clockShiftMs = shiftMs;
    this.shiftedCommands = commands;
  }

  /** After a command was taken or refused. */
  passCommand(): void {
    if (this.shiftedCommands > 0) this.shiftedCommands -= 1;
    if (this.shiftedCommands === 0) this.clockShiftMs = 0;
  }
}

/** What goes wrong on one connection. */
export class ConnectionFaults {
  /** The connection breaks now; nothing more goes out or comes in. */
  isCut = false;

  constructor(private readonly line: LineFaults) {}

  /** By how much the terminal's clock is wrong now. */
  get clockShiftMs(): number {
    return this.line.clockShiftMs;
  }

  /** What a message that comes in becomes; undefined: nobody hears it. */
  incoming(message: terminal.Envelope): terminal.Envelope | undefined {
    if (this.isCut) return undefined;
    let heard: terminal.Envelope | undefined = message;
    for (const rule of this.line.due(message.t)) {
      switch (rule.kind) {
        case 'disconnect':
        case 'restart':
          if (rule.when === 'before') heard = undefined;
          this.cut(rule);
          break;
        case 'lose':
          heard = undefined;
          break;
        case 'clock':
          this.line.shiftClock(rule.shiftMs, rule.commands);
          break;
        // Of what comes in nothing else can be told.
        case 'delay':
        case 'duplicate':
        case 'reorder':
        case 'lie':
          break;
      }
    }
    return heard;
  }

  /** What a message that is to go out becomes. */
  outgoing(message: terminal.Envelope): Passed {
    if (this.isCut) return NOTHING;
    const step = STEP_OF_TYPE[message.t];
    const passed = { messages: [message], delayMs: 0, isOvertaken: false };
    if (step === undefined) return passed;
    for (const rule of this.line.due(message.t)) {
      switch (rule.kind) {
        case 'disconnect':
        case 'restart':
          if (rule.when === 'before') passed.messages = [];
          this.cut(rule);
          break;
        case 'lose':
          passed.messages = [];
          if (!ANSWERS.has(step)) this.isCut = true;
          break;
        case 'delay':
          passed.delayMs = rule.ms;
          break;
        case 'duplicate':
          if (ANSWERS.has(step) || RELIABLE.has(step)) passed.messages = [message, message];
          break;
        case 'reorder':
          passed.isOvertaken = ANSWERS.has(step);
          break;
        case 'lie':
          if (step === 'snapshot') passed.messages = passed.messages.map((one) => lying(one, rule.what));
          break;
        case 'clock':
          this.line.shiftClock(rule.shiftMs, rule.commands);
          break;
      }
    }
    return passed;
  }

  private cut(rule: Extract<LineRule, { kind: 'disconnect' | 'restart' }>): void {
    this.isCut = true;
    if (rule.kind === 'restart') this.line.restart = rule.journal;
  }
}

/** Ticket of a position that never was. */
const INVENTED = '999999999';

function lying(message: terminal.Envelope, what: 'extra' | 'missing'): terminal.Envelope {
  const snapshot = terminal.snapshotSchema.parse(message.d);
  const { positions, time, deals, orders } = snapshot;
  if (what === 'missing') return { ...message, d: { ...snapshot, positions: positions.slice(1) } };
  const symbol = positions[0]?.symbol ?? orders[0]?.symbol ?? deals[0]?.symbol ?? 'EURUSD';
  const invented = { position: INVENTED, symbol, side: 'BUY', volume: '0.01', price: '1', sl: '', tp: '' } as const;
  const money = { profit: '0.00', swap: '0.00', magic: '0', tag: '', opened: time };
  return { ...message, d: { ...snapshot, positions: [...positions, { ...invented, ...money }] } };
}
