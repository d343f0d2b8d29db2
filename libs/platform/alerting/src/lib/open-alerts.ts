import type { Logger } from '@trading/platform-logging';
import type { AlertChannel } from './alert';
import type { AlertConfig } from './alert-variables';
import { Alerts } from './alerts';
import { EmailChannel } from './email-channel';
import { WebhookChannel } from './webhook-channel';

/** The alerts of a service, over the channels that its variables name. */
export function openAlerts(service: string, config: AlertConfig, logger: Logger): Alerts {
  const { ALERT_WEBHOOK_URL: webhook, ALERT_SMTP_URL: smtp, ALERT_EMAIL_TO: to, ALERT_EMAIL_FROM: from } = config;
  const channels: AlertChannel[] = [];
  if (webhook !== undefined) channels.push(new WebhookChannel(webhook));
  if (smtp !== undefined && to.length > 0) channels.push(new EmailChannel(smtp, from, to));
  if (smtp !== undefined && to.length === 0) {
    logger.warn({}, 'ALERT_SMTP_URL is set without ALERT_EMAIL_TO: no alert is mailed.');
  }
  return new Alerts({ service, channels, logger, repeatAfterMs: config.ALERT_REPEAT_MINUTES * 60_000 });
}
