import { counter, gauge } from '@trading/platform-metrics';

const ticks = counter('trading_gateway_ticks_total', 'Ticks taken from terminals, by platform.', ['platform']);
const sessions = gauge('trading_gateway_sessions', 'Terminals that are connected, by platform.', ['platform']);

export function countTicks(platform: string, count: number): void {
  ticks.inc({ platform }, count);
}

export function showSessions(platform: string, count: number): void {
  sessions.set({ platform }, count);
}
