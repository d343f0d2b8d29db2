/**
 * Alerts: what a person must hear of soon, over a webhook (Slack-compatible) or e-mail. Knows nothing of what it tells
 * and never holds up who raises. Start with `alerts`.
 */
export { ALERTS, Alerts, silentAlerts, type AlertSink, type AlertsOptions } from './lib/alerts';
export type { Alert, AlertChannel, AlertSeverity } from './lib/alert';
export { AlertNotSent, type AlertError } from './lib/alert-not-sent';
export { openAlerts } from './lib/open-alerts';
export { alertVariables, type AlertConfig } from './lib/alert-variables';
export { RecordingChannel } from './lib/recording-channel';
