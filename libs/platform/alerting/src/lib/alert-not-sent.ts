/** What went wrong, without anything secret. */
export type AlertError = 'refused' | 'unreachable';

/** A channel did not take an alert. */
export class AlertNotSent extends Error {
  readonly code = 'ALERT_NOT_SENT';
  constructor(
    readonly why: AlertError,
    message: string,
  ) {
    super(message);
  }
}
