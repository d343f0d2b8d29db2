import { systemClock, type Clock } from '@trading/platform-config';
import type { Logger } from '@trading/platform-logging';
import { gauge } from '@trading/platform-metrics';
import { parseZone } from '@trading/trading-market';
import { BrokerTime } from './broker-time';
import type { AccountRegistration } from './gateway-config';

const offsets = gauge(
  'trading_gateway_broker_offset_minutes',
  "The broker's clock minus UTC as measured, by account.",
  ['account'],
);
const contradicted = gauge(
  'trading_gateway_broker_zone_contradicted',
  "1 while the measured offset of the broker's clock is not that of the account's configured zone.",
  ['account'],
);

/** Keeps the time of one account's broker from session to session, and says when it is not as configured. */
export class BrokerTimeWatch {
  readonly time: BrokerTime;
  private said = '';

  constructor(
    private readonly account: Pick<AccountRegistration, 'accountId' | 'zone'>,
    private readonly logger: Pick<Logger, 'info' | 'warn'>,
    private readonly clock: Clock = systemClock,
  ) {
    this.time = new BrokerTime(account.zone === undefined ? undefined : parseZone(account.zone));
  }

  /** Why the account's zone is not its broker's; undefined while it is. */
  get warning(): string | undefined {
    const found = this.time.contradiction(this.clock.nowUs());
    if (found === undefined) return undefined;
    const { accountId, zone } = this.account;
    return `account ${accountId}: its broker's clock is ${hours(found.measuredUs)} from UTC, ${zone} is ${hours(found.zoneUs)}`;
  }

  /** Takes the broker's clock. */
  measure(brokerUs: number): void {
    const { accountId } = this.account;
    const nowUs = this.clock.nowUs();
    const measured = this.time.measure(brokerUs, nowUs);
    if (measured === 'unclear') return;
    if (measured === 'changed') {
      offsets.set({ account: accountId }, this.time.offsetUs(nowUs) / 60_000_000);
      this.logger.info({ accountId, offset: hours(this.time.offsetUs(nowUs)) }, "The broker's clock was measured.");
    }
    const { warning = '' } = this;
    contradicted.set({ account: accountId }, warning === '' ? 0 : 1);
    if (warning === this.said) return;
    this.said = warning;
    if (warning === '') this.logger.info({ accountId }, "The broker's clock is that of its configured zone again.");
    else this.logger.warn({ accountId, warning }, "The broker's clock is not that of its configured zone.");
  }
}

function hours(offsetUs: number): string {
  const minutes = Math.round(offsetUs / 60_000_000);
  const [whole, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${whole}:${String(rest).padStart(2, '0')} h`;
}
