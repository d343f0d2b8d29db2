/**
 * Every moment at which a process can be made to die, as `<service>.<what>.<moment>`: a moment in -ing is just before the
 * step, one in -ed just after it. Each is called in exactly one place.
 */
export const CRASH_POINTS = [
  'decision.decision.committing',
  'decision.decision.committed',
  'decision.order.submitting',
  'decision.order.submitted',

  'risk-manager.check.committing',
  'risk-manager.check.committed',
  'risk-manager.events.applying',
  'risk-manager.events.applied',
  'risk-manager.state.storing',
  'risk-manager.state.stored',

  'execution.lease.taken',
  'execution.fence.sent',
  'execution.order.committing',
  'execution.order.committed',
  'execution.order.sending',
  'execution.order.acknowledged',
  'execution.trades.booking',
  'execution.trades.booked',
  'execution.events.publishing',
  'execution.events.published',

  'gateway.session.entered',
  'gateway.resume.saved',
  'gateway.order.sending',
  'gateway.order.acknowledged',
  'gateway.events.publishing',
  'gateway.events.published',
  'gateway.events.acknowledging',
  'gateway.events.acknowledged',

  'terminal-simulator.journal.appending',
  'terminal-simulator.journal.appended',
  'terminal-simulator.order.acknowledging',
  'terminal-simulator.order.filled',
  'terminal-simulator.result.sending',
] as const;

export type CrashPointName = (typeof CRASH_POINTS)[number];

export const isCrashPoint = (name: string): name is CrashPointName =>
  (CRASH_POINTS as readonly string[]).includes(name);
