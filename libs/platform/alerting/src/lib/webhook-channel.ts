import type { Alert, AlertChannel } from './alert';
import { AlertNotSent } from './alert-not-sent';
import { subjectOf, textOf } from './alert-text';

const TIMEOUT_MS = 10_000;
const COLOURS = { critical: '#d32f2f', warning: '#f9a825', info: '#1976d2' } as const;

/**
 * Posts alerts to a webhook as Slack's incoming webhooks take them (`text` and `attachments`; Mattermost, Rocket.Chat
 * and Discord's `/slack` address take the same), with the alert itself as JSON beside it for programs.
 */
export class WebhookChannel implements AlertChannel {
  readonly name = 'webhook';

  /** `url` is a secret: whoever has it can post. */
  constructor(private readonly url: string) {}

  async send(alert: Alert, more: { readonly service: string; readonly repeated: number }): Promise<void> {
    const { code, severity, about, facts } = alert;
    const fields = Object.entries(facts).map(([title, value]) => ({ title, value, short: value.length < 40 }));
    const body = {
      text: subjectOf(alert),
      attachments: [{ color: COLOURS[severity], text: textOf(alert, more), fallback: subjectOf(alert), fields }],
      alert: { code, severity, about, facts, ...more },
    };
    let status: number;
    try {
      const answer = await fetch(this.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.arrayBuffer();
      status = answer.status;
    } catch {
      // The error names the address, which is the secret.
      throw new AlertNotSent('unreachable', 'The webhook could not be reached.');
    }
    if (status >= 200 && status < 300) return;
    const isForNow = status === 408 || status === 429 || status >= 500;
    throw new AlertNotSent(isForNow ? 'unreachable' : 'refused', `The webhook answered ${status}.`);
  }
}
