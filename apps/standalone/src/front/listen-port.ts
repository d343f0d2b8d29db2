import { createServer } from 'node:net';
import { UsageError } from './usage-error';

export interface ListenPort {
  /** 0: any free one, which only listening can choose; one that was free a moment ago may be somebody's by now. */
  readonly port: number;
  /** The preferred port was taken: it will be another. */
  readonly moved: boolean;
}

/**
 * The port to listen on: the preferred one (0: any), or any free one where that is taken and nobody asked for it by
 * name.
 * @param option the option that names the port, for the message
 * @throws UsageError when an explicit port cannot be had
 */
export async function chooseListenPort(
  host: string,
  preferred: number,
  explicit: boolean,
  option = 'a port option',
): Promise<ListenPort> {
  if (preferred === 0) return { port: 0, moved: false };
  const taken = await whyTaken(host, preferred);
  if (taken === undefined) return { port: preferred, moved: false };
  if (!explicit) return { port: 0, moved: true };
  const why = taken === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${taken})`;
  throw new UsageError(`Port ${preferred} on ${host} ${why}. Give another one with ${option}, or 0 for any free one.`);
}

/** The system's code of the refusal; undefined for a free port. */
function whyTaken(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => resolve(undefined));
    });
  });
}
