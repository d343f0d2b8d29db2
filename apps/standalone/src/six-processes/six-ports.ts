import { createServer } from 'node:net';
import type { PortChoice } from '../front/up-options';
import { UsageError } from '../front/usage-error';
import { HOST } from '../system/listen-ports';
import { forEachOfSix, type SixName } from './six-services';

/** Below what systems hand out to outgoing connections: a port stays free while its service is started again. */
const FREE = { lowest: 20_000, highest: 31_999 } as const;
const TERMINAL_OF_MT4 = 7004;

/** Ports of a service of the six. */
export interface ServicePorts {
  readonly http: number;
  readonly grpc: number;
  /** Of the gateways. */
  readonly terminal?: number;
}

export interface SixPorts {
  readonly of: Readonly<Record<SixName, ServicePorts>>;
  /** Which usual ports were taken, in words. */
  readonly notes: readonly string[];
}

/**
 * A port for every listener of the six, known before any of them starts, so that they find each other in any order. The
 * first HTTP and gRPC port may be chosen, the others follow it; 0 takes any free ones.
 * @throws UsageError when a port that was asked for by name is taken
 */
export async function chooseSixPorts(
  ports: Readonly<Record<'http' | 'grpc' | 'terminal', PortChoice>>,
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<SixPorts> {
  const taken = new Set<number>();
  const notes: string[] = [];
  const choose = async (what: string, { port, explicit }: PortChoice, option: string): Promise<number> => {
    if (port !== 0 && !taken.has(port) && (await isFree(port))) {
      taken.add(port);
      return port;
    }
    if (port !== 0 && explicit)
      throw new UsageError(
        `Port ${port} on ${HOST}, for ${what}, is in use by another program. Give another one with ${option}, or 0 for any free one.`,
      );
    const other = await freePort(taken, isFree);
    taken.add(other);
    if (port !== 0) notes.push(`Port ${port} is in use; ${what} is at ${HOST}:${other}.`);
    return other;
  };
  const after = ({ port, explicit }: PortChoice, index: number): PortChoice => ({
    port: port === 0 ? 0 : port + index,
    explicit,
  });
  const chosen = new Map<SixName, ServicePorts>();
  for (const [name, index] of Object.entries(forEachOfSix((_name, index) => index)) as [SixName, number][]) {
    const http = await choose(`HTTP of ${name}`, after(ports.http, index), '--http-port');
    const grpc = await choose(`gRPC of ${name}`, after(ports.grpc, index), '--grpc-port');
    const terminal = terminalOf(name, ports.terminal);
    chosen.set(name, {
      http,
      grpc,
      ...(terminal && { terminal: await choose(`the terminals' door of ${name}`, terminal, '--terminal-port') }),
    });
  }
  return { of: Object.fromEntries(chosen) as SixPorts['of'], notes };
}

/** Nobody can ask for the door of MetaTrader 4 terminals by name, for none is simulated. */
function terminalOf(name: SixName, asked: PortChoice): PortChoice | undefined {
  if (name === 'mt5-gateway') return asked;
  return name === 'mt4-gateway' ? { port: asked.port === 0 ? 0 : TERMINAL_OF_MT4, explicit: false } : undefined;
}

async function freePort(taken: ReadonlySet<number>, isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (;;) {
    const port = FREE.lowest + Math.floor(Math.random() * (FREE.highest - FREE.lowest + 1));
    if (!taken.has(port) && (await isFree(port))) return port;
  }
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
