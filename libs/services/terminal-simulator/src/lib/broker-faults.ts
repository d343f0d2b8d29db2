import { RETCODE } from '@trading/trading-simulation';
import { isBrokerRule, type BrokerRule, type FaultPlan } from './fault-rule';
import type { CommandRecord } from './journal-record';
import type { Platform } from './wire-results';

/** The rules of the broker, by the place of the command that they are due at. */
export class BrokerFaults {
  private readonly byCommand = new Map<number, readonly BrokerRule[]>();

  constructor(plan: FaultPlan) {
    for (const rule of plan.rules.filter(isBrokerRule)) {
      this.byCommand.set(rule.at.command, [...this.of(rule.at.command), rule]);
    }
  }

  of(command: number): readonly BrokerRule[] {
    return this.byCommand.get(command) ?? [];
  }
}

/** Codes of the platform that the broker answers before it takes the command, an attempt each. */
export function plannedAnswers(rule: BrokerRule, record: CommandRecord, platform: Platform): number[] {
  const code = (mt5: number, mt4: number): number => (platform === 'MT4' ? mt4 : mt5);
  switch (rule.kind) {
    case 'requote':
      return Array.from({ length: rule.times }, () => code(RETCODE.REQUOTE, 138));
    case 'code':
      return Array.from({ length: rule.times }, () => rule.code);
    case 'market-closed':
      return Array.from({ length: 2 }, () => code(RETCODE.MARKET_CLOSED, 132));
    case 'refuse-stops': {
      const hasStops = record.kind === 'submit' && (record.order.sl ?? record.order.tp) !== undefined;
      return hasStops ? [code(RETCODE.INVALID_STOPS, 130)] : [];
    }
    default:
      return [];
  }
}
