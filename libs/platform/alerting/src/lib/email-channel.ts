import { createTransport, type Transporter } from 'nodemailer';
import type { Alert, AlertChannel } from './alert';
import { AlertNotSent } from './alert-not-sent';
import { subjectOf, textOf } from './alert-text';

const TIMEOUT_MS = 20_000;

/** Sends alerts as plain e-mails over SMTP. */
export class EmailChannel implements AlertChannel {
  readonly name = 'email';
  private readonly transport: Transporter;

  /** `url`: `smtp://user:password@host:port`, or `smtps://…` for TLS from the first byte; secret. */
  constructor(
    url: string,
    private readonly from: string,
    private readonly to: readonly string[],
  ) {
    this.transport = createTransport({
      url,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    });
  }

  async send(alert: Alert, more: { readonly service: string; readonly repeated: number }): Promise<void> {
    try {
      await this.transport.sendMail({
        from: this.from,
        to: [...this.to],
        subject: `[trading] ${subjectOf(alert)}`,
        text: `${alert.text}\n\n${textOf(alert, more)}\n`,
      });
    } catch (error) {
      // The error may name the server and the user; its code says enough.
      const { code = 'ERROR', responseCode = 0 } = error as { code?: string; responseCode?: number };
      const isRefused = responseCode >= 500 || code === 'EAUTH';
      throw new AlertNotSent(isRefused ? 'refused' : 'unreachable', `The mail server did not take it (${code}).`);
    }
  }
}
