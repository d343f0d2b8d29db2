import { isBrokerRule, type BrokerRule, type FaultPlan } from './fault-rule';

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
