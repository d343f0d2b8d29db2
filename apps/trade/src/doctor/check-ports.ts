import { createServer } from 'node:net';
import { type Finding, ok, warning } from './check';

/** What the system listens on unless told otherwise. */
const PORTS: readonly (readonly [port: number, what: string, option: string])[] = [
  [8180, 'HTTP', '--http-port'],
  [9190, 'gRPC', '--grpc-port'],
  [7005, 'terminal', '--terminal-port'],
];

/** @param ownPid process of the system that runs on the data folder; the ports may be its own */
export async function checkPorts(ownPid: number | undefined, isFree = isPortFree): Promise<Finding[]> {
  return Promise.all(
    PORTS.map(async ([port, what, option]) => {
      const name = `Port ${port} (${what})`;
      if (await isFree(port)) return ok(name, 'free');
      if (ownPid !== undefined) return ok(name, `in use; the system runs as process ${ownPid}`);
      return warning(name, 'in use by another program', `./trade up takes another one, or the one of ${option}.`);
    }),
  );
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
