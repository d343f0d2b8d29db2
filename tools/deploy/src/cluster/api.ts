import { request } from 'node:https';

/** The API of a control plane on this machine: JSON over HTTPS, with a certificate that it made for itself. */
export class Api {
  constructor(
    private readonly port: number,
    private readonly token: string,
  ) {}

  async isReady(): Promise<boolean> {
    return (await this.call('GET', '/readyz').catch(() => undefined))?.status === 200;
  }

  /** The object at a path, or nothing. */
  async find<T = Record<string, unknown>>(path: string): Promise<T | undefined> {
    const { status, text } = await this.call('GET', path);
    if (status === 404 || status === 403) return undefined;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** The objects of a list. */
  async list<T>(path: string): Promise<readonly T[]> {
    return (await this.find<{ items: T[] }>(path))?.items ?? [];
  }

  /** Sends an object or a part of one; says how it went. */
  async send(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
  ): Promise<{ status: number; text: string }> {
    return this.call(method, path, JSON.stringify(body));
  }

  private call(method: string, path: string, body?: string): Promise<{ status: number; text: string }> {
    const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
    const headers = {
      authorization: `Bearer ${this.token}`,
      'content-type': type,
      accept: 'application/json',
      // Of a DELETE with a body Node says no length by itself, and the server would read none.
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: this.port, path, method, headers, rejectUnauthorized: false, timeout: 10_000 },
        (reply) => {
          let text = '';
          reply.setEncoding('utf8');
          reply.on('data', (part: string) => (text += part));
          reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
          reply.on('error', reject);
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
