import { Decimal, parseZone, type Zone } from '@trading/trading-market';
import type { LossAction, LossAnchor, LossLimit } from './limits';
import { invalidLossLimits } from './limit-validation';

/** Where one loss limit stands now. Money in the account's currency. */
export interface LossLimitStatus {
  readonly name: string;
  readonly anchor: LossAnchor;
  readonly action: LossAction;
  readonly anchorValue: Decimal;
  /** Equity below it is a breach. */
  readonly floor: Decimal;
  /** Orders are denied when their worst case is below floor plus buffer. */
  readonly buffer: Decimal;
  /** When the limit starts anew, a breach included; `undefined`: never (or no equity was seen yet). */
  readonly resetsUs: number | undefined;
  readonly breached: boolean;
}

/** The equity fell below a floor. Reported once: per day for `dayStart`, once for ever for the other anchors. */
export interface LossLimitBreach {
  readonly limit: LossLimit;
  readonly timeUs: number;
  readonly equity: Decimal;
  readonly status: LossLimitStatus;
}

/** What a tracker remembers, safe for JSON. */
export interface LossLimitTrackerState {
  readonly capital: string;
  /** The last balance and equity seen; `null` before the first. */
  readonly last: { readonly balance: string; readonly equity: string } | null;
  readonly limits: readonly {
    readonly name: string;
    readonly anchor: LossAnchor;
    readonly value: string;
    readonly breached: boolean;
    readonly nextResetUs: number | null;
  }[];
}

/** Loss limits that cannot be understood. */
export class InvalidLossLimits extends Error {
  readonly code = 'LIMITS_INVALID';
  constructor(readonly problems: readonly string[]) {
    super(problems.join(' '));
    this.name = 'InvalidLossLimits';
  }
}

interface Tracked {
  readonly limit: LossLimit;
  readonly zone: Zone;
  /** Of the reset after local midnight. */
  readonly resetOffsetUs: number;
  value: Decimal;
  breached: boolean;
  nextResetUs: number | undefined;
}

interface Funds {
  readonly balance: Decimal;
  readonly equity: Decimal;
}

const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
const OF_ANCHOR = '% of anchor';

/**
 * Keeps the anchors of an account's loss limits. The anchor of `initial` is the initial capital; of `dayStart` what the
 * account had when its day began, that is the last funds seen before the reset; of `peak` the highest seen; of
 * `endOfDayPeak` the highest at the end of a day, the initial capital included. Percentages are of the initial capital
 * for every anchor, as many proprietary programmes reckon ("midnight balance minus 5 % of the initial capital"), unless
 * they say `of anchor`. Deposits, withdrawals and credit move the initial capital and every anchor by their amount.
 */
export class LossLimitTracker {
  private readonly tracked: readonly Tracked[];
  private last: Funds | undefined;

  /** @throws InvalidLossLimits */
  constructor(
    limits: readonly LossLimit[],
    private capital: Decimal,
  ) {
    const problems = invalidLossLimits(limits);
    if (problems.length > 0) throw new InvalidLossLimits(problems);
    this.tracked = limits.map((limit) => track(limit, capital));
  }

  /** Takes the account's funds at a time; times do not go back. Returns the limits breached now and not reported yet. */
  onEquity(timeUs: number, balance: Decimal, equity: Decimal): LossLimitBreach[] {
    const now: Funds = { balance, equity };
    const breaches: LossLimitBreach[] = [];
    for (const tracked of this.tracked) {
      this.rollDay(tracked, timeUs, this.last ?? now);
      if (tracked.limit.anchor === 'peak') tracked.value = Decimal.max(tracked.value, baseOf(tracked.limit, now));
      if (tracked.breached || equity.gte(this.floorOf(tracked))) continue;
      tracked.breached = true;
      breaches.push({ limit: tracked.limit, timeUs, equity, status: this.statusOf(tracked) });
    }
    this.last = now;
    return breaches;
  }

  /** Cash from outside, negative when withdrawn; to be told before the first equity that contains it. */
  onCash(amount: Decimal): void {
    this.capital = this.capital.plus(amount);
    for (const tracked of this.tracked) tracked.value = tracked.value.plus(amount);
    if (this.last) this.last = { balance: this.last.balance.plus(amount), equity: this.last.equity.plus(amount) };
  }

  status(): LossLimitStatus[] {
    return this.tracked.map((tracked) => this.statusOf(tracked));
  }

  snapshot(): LossLimitTrackerState {
    return {
      capital: this.capital.toString(),
      last: this.last ? { balance: this.last.balance.toString(), equity: this.last.equity.toString() } : null,
      limits: this.tracked.map(({ limit, value, breached, nextResetUs }) => ({
        name: limit.name,
        anchor: limit.anchor,
        value: value.toString(),
        breached,
        nextResetUs: nextResetUs ?? null,
      })),
    };
  }

  /** Limits that are new, or that have another anchor than they had, start at the initial capital. */
  static restore(limits: readonly LossLimit[], state: LossLimitTrackerState): LossLimitTracker {
    const tracker = new LossLimitTracker(limits, new Decimal(state.capital));
    if (state.last) tracker.last = { balance: new Decimal(state.last.balance), equity: new Decimal(state.last.equity) };
    for (const tracked of tracker.tracked) {
      const saved = state.limits.find(
        ({ name, anchor }) => name === tracked.limit.name && anchor === tracked.limit.anchor,
      );
      if (!saved) continue;
      tracked.value = new Decimal(saved.value);
      tracked.breached = saved.breached;
      tracked.nextResetUs = saved.nextResetUs ?? undefined;
    }
    return tracker;
  }

  private rollDay(tracked: Tracked, timeUs: number, funds: Funds): void {
    const { limit } = tracked;
    if (limit.anchor !== 'dayStart' && limit.anchor !== 'endOfDayPeak') return;
    const first = tracked.nextResetUs === undefined;
    if (!first && timeUs < (tracked.nextResetUs ?? 0)) return;
    tracked.nextResetUs = nextReset(tracked, timeUs);
    // The day in which an account is first seen began with what it was opened with.
    if (first) return;
    const base = baseOf(limit, funds);
    if (limit.anchor === 'dayStart') {
      tracked.value = base;
      tracked.breached = false;
    } else {
      tracked.value = Decimal.max(tracked.value, base);
    }
  }

  private floorOf(tracked: Tracked): Decimal {
    const { limit, floorAtMost = '' } = tracked.limit;
    const share = limit.endsWith(OF_ANCHOR) ? limit.slice(0, -OF_ANCHOR.length) : undefined;
    const lost = share === undefined ? this.amountOf(limit) : tracked.value.mul(share).div(100);
    const floor = tracked.value.minus(lost);
    return floorAtMost === '' ? floor : Decimal.min(floor, this.amountOf(floorAtMost));
  }

  /** `5%` of the initial capital, or money. */
  private amountOf(text: string): Decimal {
    if (text === '') return new Decimal(0);
    return text.endsWith('%') ? this.capital.mul(text.slice(0, -1)).div(100) : new Decimal(text);
  }

  private statusOf(tracked: Tracked): LossLimitStatus {
    const { limit, value, breached, nextResetUs } = tracked;
    return {
      name: limit.name,
      anchor: limit.anchor,
      action: limit.action,
      anchorValue: value,
      floor: this.floorOf(tracked),
      buffer: this.amountOf(limit.buffer),
      resetsUs: limit.anchor === 'dayStart' ? nextResetUs : undefined,
      breached,
    };
  }
}

function track(limit: LossLimit, capital: Decimal): Tracked {
  const zone = parseZone(limit.resetZone === '' ? 'UTC' : limit.resetZone);
  if (!zone) throw new InvalidLossLimits([`${limit.resetZone} is no time zone.`]);
  const [hours = 0, minutes = 0] = limit.resetTime.split(':').map(Number);
  const resetOffsetUs = (hours * 60 + minutes) * MINUTE_US;
  return { limit, zone, resetOffsetUs, value: capital, breached: false, nextResetUs: undefined };
}

function nextReset({ zone, resetOffsetUs }: Tracked, timeUs: number): number {
  const localDay = Math.floor((timeUs + zone.offsetUs(timeUs)) / DAY_US);
  const today = zone.toUtcUs(localDay * DAY_US + resetOffsetUs);
  return today > timeUs ? today : zone.toUtcUs((localDay + 1) * DAY_US + resetOffsetUs);
}

function baseOf(limit: LossLimit, { balance, equity }: Funds): Decimal {
  switch (limit.base) {
    case 'balance':
      return balance;
    case 'equity':
      return equity;
    case 'higher':
      return Decimal.max(balance, equity);
  }
}
