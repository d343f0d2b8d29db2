import type { Alert, AlertChannel } from './alert';
import { AlertNotSent, type AlertError } from './alert-not-sent';

/** A channel for tests: keeps what it was given, and fails when it is told to. */
export class RecordingChannel implements AlertChannel {
  readonly sent: (Alert & { readonly repeated: number })[] = [];
  attempts = 0;
  private failures: AlertError[] = [];

  constructor(readonly name = 'recording') {}

  /** Has the next attempts fail. */
  failNext(...whys: readonly AlertError[]): void {
    this.failures.push(...whys);
  }

  send(alert: Alert, { repeated }: { readonly repeated: number }): Promise<void> {
    this.attempts += 1;
    const why = this.failures.shift();
    if (why !== undefined) return Promise.reject(new AlertNotSent(why, `It is ${why}.`));
    this.sent.push({ ...alert, repeated });
    return Promise.resolve();
  }
}
