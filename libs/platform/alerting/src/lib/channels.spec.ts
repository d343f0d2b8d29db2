import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { memoryLogger } from '@trading/platform-logging';
import type { Alert } from './alert';
import { EmailChannel } from './email-channel';
import { openAlerts } from './open-alerts';
import { WebhookChannel } from './webhook-channel';

const LOST: Alert = {
  code: 'TERMINAL_LOST',
  severity: 'warning',
  text: 'The terminal of A is gone.',
  about: 'A',
  facts: { account: 'A', reason: 'no heartbeat' },
};
const MORE = { service: 'mt5-gateway', repeated: 2 };

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listening = <S extends Server>(server: S): Promise<S> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));

describe('the webhook channel', () => {
  async function webhook(status: number) {
    const bodies: unknown[] = [];
    const server = await listening(
      createHttpServer((request, response) => {
        let text = '';
        request.on('data', (chunk: Buffer) => (text += chunk.toString()));
        request.on('end', () => {
          bodies.push(JSON.parse(text));
          response.writeHead(status).end();
        });
      }),
    );
    return { server, bodies, url: `http://127.0.0.1:${portOf(server)}/services/T0/B0/secret-word` };
  }

  it('posts what Slack shows, and the alert for programs', async () => {
    const { server, bodies, url } = await webhook(200);
    await new WebhookChannel(url).send(LOST, MORE);
    server.close();
    expect(bodies).toEqual([
      {
        text: 'Warning: The terminal of A is gone.',
        attachments: [expect.objectContaining({ text: expect.stringContaining('TERMINAL_LOST from mt5-gateway') })],
        alert: {
          code: 'TERMINAL_LOST',
          severity: 'warning',
          about: 'A',
          facts: LOST.facts,
          service: 'mt5-gateway',
          repeated: 2,
        },
      },
    ]);
  });

  it.each([
    [404, 'refused'],
    [429, 'unreachable'],
    [503, 'unreachable'],
  ])('takes %i for %s', async (status, why) => {
    const { server, url } = await webhook(status);
    await expect(new WebhookChannel(url).send(LOST, MORE)).rejects.toMatchObject({ why });
    server.close();
  });

  it('keeps its address to itself when it cannot be reached', async () => {
    const sending = new WebhookChannel('http://127.0.0.1:1/secret-word').send(LOST, MORE);
    const error = await sending.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ why: 'unreachable' });
    expect(JSON.stringify([String(error), error])).not.toContain('secret-word');
  });
});

describe('the e-mail channel', () => {
  /** A mail server that takes everything, or refuses the receivers. */
  async function mailServer(refuses: boolean) {
    const lines: string[] = [];
    const server = await listening(
      createServer((socket) => {
        let isData = false;
        socket.write('220 ready\r\n');
        socket.on('data', (chunk) => {
          for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
            lines.push(line);
            if (isData) {
              if (line === '.') {
                isData = false;
                socket.write('250 taken\r\n');
              }
            } else if (line === 'DATA') {
              isData = true;
              socket.write('354 go on\r\n');
            } else if (line.startsWith('RCPT') && refuses) socket.write('550 no such person\r\n');
            else socket.write('250 yes\r\n');
          }
        });
        socket.on('error', () => undefined);
      }),
    );
    return { server, lines, url: `smtp://127.0.0.1:${portOf(server)}` };
  }

  it('mails subject, sentence and facts to every receiver', async () => {
    const { server, lines, url } = await mailServer(false);
    await new EmailChannel(url, 'bot@firm.example', ['a@firm.example', 'b@firm.example']).send(LOST, MORE);
    server.close();
    const mail = lines.join('\n');
    expect(mail).toContain('Subject: [trading] Warning: The terminal of A is gone.');
    expect(mail).toContain('reason: no heartbeat');
    expect(lines.filter((line) => line.startsWith('RCPT'))).toHaveLength(2);
  });

  it('takes a refusal for one, and a server that is away for that', async () => {
    const { server, url } = await mailServer(true);
    await expect(new EmailChannel(url, 'a@b.example', ['c@d.example']).send(LOST, MORE)).rejects.toMatchObject({
      why: 'refused',
    });
    server.close();
    const away = new EmailChannel('smtp://user:secret-word@127.0.0.1:1', 'a@b.example', ['c@d.example']);
    await expect(away.send(LOST, MORE)).rejects.toMatchObject({ why: 'unreachable' });
  });
});

describe('opening alerts', () => {
  it('says that a mail server without receivers mails nobody', () => {
    const logger = memoryLogger();
    const config = { ALERT_EMAIL_FROM: 'a@b.example', ALERT_EMAIL_TO: [], ALERT_REPEAT_MINUTES: 10 };
    openAlerts('execution', { ...config, ALERT_SMTP_URL: 'smtp://127.0.0.1:25', ALERT_WEBHOOK_URL: undefined }, logger);
    expect(logger.entries.map(({ message }) => message)).toEqual([expect.stringContaining('ALERT_EMAIL_TO')]);
  });
});
