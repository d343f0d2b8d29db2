import { z } from 'zod';

/*
 * What can go wrong on purpose. A rule of the line is due at a step of the dialogue and changes only what is told, lost
 * or refused before the journal; a rule of the broker is due at a command of the journal and is part of what the market
 * does, so that a journal played again does it again.
 */

/** Steps of the dialogue, the ones that come in last. `event`: trade, order, position and cash events. */
export const FAULT_STEPS = [
  'hello',
  'auth',
  'symbols',
  'ticks',
  'account',
  'mark',
  'ack',
  'result',
  'event',
  'snapshot',
  'history',
  'rates',
  'query',
  'challenge',
  'welcome',
  'command',
] as const;
export type FaultStep = (typeof FAULT_STEPS)[number];

const decimal = z.string().regex(/^\d+(\.\d+)?$/);
const count = z.number().int().min(1);
/** The `nth` time that a step comes in a process, from 1. */
const atStep = z.strictObject({ step: z.enum(FAULT_STEPS), nth: count });
/** The `command`-th command that the journal took, from 1: submits, modifications and cancellations together. */
const atCommand = z.strictObject({ command: count });

export const lineRuleSchema = z.discriminatedUnion('kind', [
  /** The connection breaks, before or after the step was told. */
  z.strictObject({ at: atStep, kind: z.literal('disconnect'), when: z.enum(['before', 'after']).default('before') }),
  /**
   * What comes in is not heard; what goes out is not told. Of reliable frames and all that simulated time consists of,
   * everything after it is lost too, and the connection breaks, as it does in a network.
   */
  z.strictObject({ at: atStep, kind: z.literal('lose') }),
  /** It and all that follows go out later. */
  z.strictObject({ at: atStep, kind: z.literal('delay'), ms: z.number().int().min(1).max(4000) }),
  /** It is told twice: answers and reliable frames only. */
  z.strictObject({ at: atStep, kind: z.literal('duplicate') }),
  /** The next frame overtakes it: answers only. */
  z.strictObject({ at: atStep, kind: z.literal('reorder') }),
  /** The terminal dies and comes back, with its journal or without. */
  z.strictObject({
    at: atStep,
    kind: z.literal('restart'),
    when: z.enum(['before', 'after']).default('before'),
    journal: z.enum(['kept', 'lost']).default('kept'),
  }),
  /** A snapshot shows a position that is not there, or leaves one out. */
  z.strictObject({ at: atStep, kind: z.literal('lie'), what: z.enum(['extra', 'missing']) }),
  /** The terminal's clock is wrong for so many commands: what it holds `notAfter` against, and the wall clock it tells. */
  z.strictObject({ at: atStep, kind: z.literal('clock'), shiftMs: z.number().int(), commands: count.default(1) }),
]);
export type LineRule = z.infer<typeof lineRuleSchema>;

export const brokerRuleSchema = z.discriminatedUnion('kind', [
  /** The broker answers so many attempts with another price. */
  z.strictObject({ at: atCommand, kind: z.literal('requote'), times: count.max(20).default(1) }),
  /** So many attempts are answered with a code; `executes`: and yet carried out, at the first of them. */
  z.strictObject({
    at: atCommand,
    kind: z.literal('code'),
    code: z.number().int().min(1),
    times: count.max(20).default(1),
    executes: z.boolean().default(false),
  }),
  /** The broker never hears of it, and the terminal does not know that. */
  z.strictObject({ at: atCommand, kind: z.literal('unheard') }),
  /** It is carried out, but the terminal never hears the broker's answer. */
  z.strictObject({ at: atCommand, kind: z.literal('unanswered') }),
  /** Of a cancellation: it is confirmed, and the order fills at the next quote all the same. */
  z.strictObject({ at: atCommand, kind: z.literal('fill-after-cancel') }),
  /** The broker gives the order another ticket after it was taken. */
  z.strictObject({ at: atCommand, kind: z.literal('ticket') }),
  z.strictObject({ at: atCommand, kind: z.literal('comment'), how: z.enum(['rewrite', 'truncate']) }),
  z.strictObject({ at: atCommand, kind: z.literal('market-closed') }),
  /** Stops on entry are refused; an order without any goes through. */
  z.strictObject({ at: atCommand, kind: z.literal('refuse-stops') }),
  /** The terminal has no connection to its broker when the command is due. */
  z.strictObject({ at: atCommand, kind: z.literal('away') }),
  /** What the command caused is told in the opposite order. */
  z.strictObject({ at: atCommand, kind: z.literal('swap-events') }),
  /** A human trades in the terminal at that time; of the command's symbol, unless named by ours. */
  z.strictObject({
    at: atCommand,
    kind: z.literal('manual'),
    symbol: z.string().min(1).optional(),
    side: z.enum(['BUY', 'SELL']),
    volume: decimal,
  }),
  /** Money comes or goes (negative). */
  z.strictObject({
    at: atCommand,
    kind: z.literal('cash'),
    cash: z.enum(['deposit', 'withdrawal', 'credit', 'swap', 'correction']),
    amount: z.string().regex(/^-?\d+(\.\d+)?$/),
  }),
]);
export type BrokerRule = z.infer<typeof brokerRuleSchema>;

export type FaultRule = LineRule | BrokerRule;

/** A plan of faults: printed, stored and played again as it stands. */
export const faultPlanSchema = z.strictObject({
  /** What the plan was drawn with; it changes nothing that the rules do. */
  seed: z.number().int().default(0),
  rules: z.array(z.union([lineRuleSchema, brokerRuleSchema])).default([]),
});
export type FaultPlan = z.infer<typeof faultPlanSchema>;
export type FaultPlanInput = z.input<typeof faultPlanSchema>;

export function isBrokerRule(rule: FaultRule): rule is BrokerRule {
  return 'command' in rule.at;
}
