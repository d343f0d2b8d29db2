import type { Logger } from '@trading/platform-logging';
import { counter } from '@trading/platform-metrics';
import type { Alert, AlertChannel } from './alert';
import { AlertNotSent } from './alert-not-sent';

/** Injection token of {@link Alerts}. */
export const ALERTS = Symbol('ALERTS');

const raisedTotal = counter('trading_alerts_total', 'Alerts raised, by code; those held back as repeated included.', [
  'service',
  'code',
]);
const sentTotal = counter(
  'trading_alert_deliveries_total',
  'Alerts by channel and outcome: sent, failed (given up after all attempts) or dropped (the queue was full).',
  ['service', 'channel', 'outcome'],
);

export interface AlertsOptions {
  readonly service: string;
  readonly channels: readonly AlertChannel[];
  readonly logger: Logger;
  /** The same code about the same thing is told again only after this. Default 10 minutes. */
  readonly repeatAfterMs?: number;
  /** Waits between attempts of a channel that cannot be reached; their number bounds the attempts. */
  readonly retryMs?: readonly number[];
  /** Alerts that may wait for a channel; further ones are dropped and counted. Default 100. */
  readonly queueLimit?: number;
  readonly nowMs?: () => number;
  readonly wait?: (ms: number) => Promise<void>;
}

/** What services raise alerts at. */
export type AlertSink = Pick<Alerts, 'raise'>;

/** Nobody is told. */
export const silentAlerts: AlertSink = { raise: () => undefined };

interface Told {
  readonly atMs: number;
  repeated: number;
}

const REPEAT_AFTER_MS = 600_000;
const RETRY_MS = [1_000, 5_000, 30_000, 120_000];
const QUEUE_LIMIT = 100;
/** Things remembered as told; the oldest are forgotten first. */
const REMEMBERED = 10_000;

/**
 * Tells alerts over every channel, each at its own pace: who raises never waits, a channel that is away holds no other
 * up, and what repeats is counted instead of told. Every alert is logged, whatever becomes of it.
 */
export class Alerts {
  private readonly told = new Map<string, Told>();
  private readonly lanes: readonly Lane[];
  private readonly nowMs: () => number;

  constructor(private readonly options: AlertsOptions) {
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.lanes = options.channels.map((channel) => new Lane(channel, options));
  }

  raise(alert: Alert): void {
    const { service, logger } = this.options;
    raisedTotal.inc({ service, code: alert.code });
    const repeated = this.repetitions(alert);
    if (repeated === undefined) return;
    logger.warn({ alert: alert.code, severity: alert.severity, ...alert.facts }, alert.text);
    for (const lane of this.lanes) lane.add(alert, repeated);
  }

  /** Resolves when every channel has sent or given up what was raised so far, or after the time. */
  async drain(withinMs: number): Promise<void> {
    const done = Promise.all(this.lanes.map((lane) => lane.idle));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([done, late]);
    clearTimeout(timer);
  }

  /** How often it was held back since it was told last; undefined when it is to be held back now. */
  private repetitions({ code, about }: Alert): number | undefined {
    const key = `${code} ${about}`;
    const before = this.told.get(key);
    const nowMs = this.nowMs();
    if (before !== undefined && nowMs - before.atMs < (this.options.repeatAfterMs ?? REPEAT_AFTER_MS)) {
      before.repeated += 1;
      return undefined;
    }
    this.told.delete(key);
    this.told.set(key, { atMs: nowMs, repeated: 0 });
    for (const oldest of this.told.keys()) {
      if (this.told.size <= REMEMBERED) break;
      this.told.delete(oldest);
    }
    return before?.repeated ?? 0;
  }
}

/** One channel and what waits for it. */
class Lane {
  private readonly waiting: { readonly alert: Alert; readonly repeated: number }[] = [];
  private working: Promise<void> | undefined;

  constructor(
    private readonly channel: AlertChannel,
    private readonly options: AlertsOptions,
  ) {}

  get idle(): Promise<void> {
    return this.working ?? Promise.resolve();
  }

  add(alert: Alert, repeated: number): void {
    if (this.waiting.length >= (this.options.queueLimit ?? QUEUE_LIMIT)) {
      this.count('dropped');
      return;
    }
    this.waiting.push({ alert, repeated });
    this.working ??= this.work().finally(() => (this.working = undefined));
  }

  private async work(): Promise<void> {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      await this.send(next.alert, next.repeated);
      this.waiting.shift();
    }
  }

  private async send(alert: Alert, repeated: number): Promise<void> {
    const { service, logger, retryMs = RETRY_MS, wait = sleep } = this.options;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.channel.send(alert, { service, repeated });
        this.count('sent');
        return;
      } catch (error) {
        const pause = error instanceof AlertNotSent && error.why === 'refused' ? undefined : retryMs[attempt];
        const reason = error instanceof AlertNotSent ? error.message : 'The channel failed.';
        if (pause === undefined) {
          this.count('failed');
          logger.error({ alert: alert.code, channel: this.channel.name, reason }, 'An alert could not be sent.');
          return;
        }
        await wait(pause);
      }
    }
  }

  private count(outcome: 'sent' | 'failed' | 'dropped'): void {
    sentTotal.inc({ service: this.options.service, channel: this.channel.name, outcome });
  }
}

/** Nobody waits for an alert to end the process. */
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
