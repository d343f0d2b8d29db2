export type AlertSeverity = 'critical' | 'warning' | 'info';

/** Something that a person must hear of soon. */
export interface Alert {
  /** Stable name of the kind, in capitals, such as `ACCOUNT_HALTED`; bounded, for it becomes a label. */
  readonly code: string;
  readonly severity: AlertSeverity;
  /** One sentence that says what happened. */
  readonly text: string;
  /** What it is about: the same code about the same thing is told once in a while, not each time. */
  readonly about: string;
  /** Names and values that help to act on it; never secrets. */
  readonly facts: Readonly<Record<string, string>>;
}

/** A way to tell people. */
export interface AlertChannel {
  /** Bounded, for it becomes a label. */
  readonly name: string;
  /** @throws AlertNotSent whether the same may work later */
  send(alert: Alert, more: { readonly service: string; readonly repeated: number }): Promise<void>;
}
