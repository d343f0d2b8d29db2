import { chooseListenPort, type ListenPort } from '../front/listen-port';
import type { UpOptions } from '../front/up-options';

/** Everything listens on the loopback interface only. */
export const HOST = '127.0.0.1';

const DOORS = ['http', 'grpc', 'terminal'] as const;

export type ListenPorts = Readonly<Record<(typeof DOORS)[number], ListenPort>>;

/** @throws UsageError when a port that was asked for by name is taken */
export async function chooseListenPorts({ ports }: UpOptions): Promise<ListenPorts> {
  const choose = (door: keyof ListenPorts): Promise<ListenPort> =>
    chooseListenPort(HOST, ports[door].port, ports[door].explicit, `--${door}-port`);
  return { http: await choose('http'), grpc: await choose('grpc'), terminal: await choose('terminal') };
}

/** What the user should know of default ports that were taken. */
export function movedNotes(
  { ports }: UpOptions,
  chosen: ListenPorts,
  endpoints: Readonly<Record<keyof ListenPorts, string>>,
): string[] {
  const moved = DOORS.filter((door) => chosen[door].moved);
  return moved.map((door) => `Port ${ports[door].port} is in use; ${door} is at ${endpoints[door]}.`);
}
