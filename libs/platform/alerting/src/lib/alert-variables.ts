import { z } from 'zod';
import { commaSeparated, secret } from '@trading/platform-config';

/** Where alerts go; without any of these they are only logged and counted. */
export const alertVariables = {
  ALERT_WEBHOOK_URL: secret('Webhook that alerts are posted to, in the form of Slack; without one none is.').optional(),
  ALERT_SMTP_URL: secret(
    'Mail server for alerts, as `smtp://user:password@host:port` or `smtps://…`; without one none is mailed.',
  ).optional(),
  ALERT_EMAIL_FROM: z.string().min(3).default('trading@localhost').describe('Sender of alerts by e-mail.'),
  ALERT_EMAIL_TO: commaSeparated('Receivers of alerts by e-mail.').default([]),
  ALERT_REPEAT_MINUTES: z.coerce
    .number()
    .min(0)
    .default(10)
    .describe('How long the same alert about the same thing is not told again.'),
};

export type AlertConfig = z.infer<z.ZodObject<typeof alertVariables>>;
