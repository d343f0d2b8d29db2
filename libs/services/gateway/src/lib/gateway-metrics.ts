import { counter, gauge } from '@trading/platform-metrics';

const ticks = counter('trading_gateway_ticks_total', 'Ticks taken from terminals, by platform.', ['platform']);
const sessions = gauge('trading_gateway_sessions', 'Terminals that are connected, by platform.', ['platform']);
const syncing = gauge(
  'trading_gateway_syncing_sessions',
  'Terminals whose accounts are being compared with their brokers and take no orders, by platform.',
  ['platform'],
);
const begun = counter('trading_gateway_sessions_total', 'Sessions that terminals began, by platform.', ['platform']);
const refused = counter(
  'trading_gateway_refused_total',
  'Terminals refused and connections ended for what they sent, by platform and reason.',
  ['platform', 'reason'],
);
const conflated = counter(
  'trading_gateway_conflated_ticks_total',
  'Ticks of live terminals left out because the bus was slow, by platform.',
  ['platform'],
);
const commands = counter('trading_gateway_commands_total', 'Commands for terminals, by platform, verb and outcome.', [
  'platform',
  'verb',
  'outcome',
]);
const fences = counter('trading_gateway_fences_total', 'Fences raised, by platform and whether the terminal has it.', [
  'platform',
  'outcome',
]);
const syncs = counter(
  'trading_gateway_syncs_total',
  'Full comparisons begun because events of a terminal do not go on without a gap, by platform.',
  ['platform'],
);

export function countTicks(platform: string, count: number): void {
  ticks.inc({ platform }, count);
}

export function showSessions(platform: string, connected: number, inSync: number): void {
  sessions.set({ platform }, connected);
  syncing.set({ platform }, inSync);
}

export function countSession(platform: string): void {
  begun.inc({ platform });
}

export function countRefusal(platform: string, reason: string): void {
  refused.inc({ platform, reason });
}

export function countConflated(platform: string, count: number): void {
  conflated.inc({ platform }, count);
}

export type CommandOutcome = 'journalled' | 'rejected' | 'unknown';

export function countCommand(platform: string, verb: string, outcome: CommandOutcome): void {
  commands.inc({ platform, verb, outcome });
}

export function countFence(platform: string, outcome: 'journalled' | 'pending'): void {
  fences.inc({ platform, outcome });
}

export function countSync(platform: string): void {
  syncs.inc({ platform });
}
