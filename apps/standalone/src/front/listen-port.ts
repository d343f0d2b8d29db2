import { createServer } from 'node:net';
import { UsageError } from './usage-error';

export interface ListenPort {
  readonly port: number;
  /** The preferred port was taken: this is another. */
  readonly moved: boolean;
}

/**
 * A port that can be listened on now: the preferred one (0: any), or any free one where that is taken and nobody asked
 * for it by name.
 * @param option the option that names the port, for the message
 * @throws UsageError when an explicit port cannot be had
 */
export async function chooseListenPort(
  host: string,
  preferred: number,
  explicit: boolean,
  option = 'a port option',
): Promise<ListenPort> {
  const tried = await tryPort(host, preferred);
  if (tried.kind === 'free') return { port: tried.port, moved: false };
  if (explicit || preferred === 0) {
    const why = tried.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${tried.code})`;
    throw new UsageError(
      `Port ${preferred} on ${host} ${why}. Give another one with ${option}, or 0 for any free one.`,
    );
  }
  return { port: (await chooseListenPort(host, 0, true, option)).port, moved: true };
}

type Tried = { readonly kind: 'free'; readonly port: number } | { readonly kind: 'taken'; readonly code: string };

function tryPort(host: string, port: number): Promise<Tried> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ kind: 'taken', code: error.code ?? error.name }));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve({ kind: 'free', port: found }));
    });
  });
}
