import { createServer, type AddressInfo, type Server } from 'node:net';
import { chooseListenPort } from './listen-port';
import { UsageError } from './usage-error';

const HOST = '127.0.0.1';

describe('chooseListenPort', () => {
  let server: Server;
  let taken = 0;
  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    taken = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('finds any free port for 0', async () => {
    const { port, moved } = await chooseListenPort(HOST, 0, true);
    expect(port).toBeGreaterThan(0);
    expect(moved).toBe(false);
  });

  it('keeps a preferred port that is free', async () => {
    const { port } = await chooseListenPort(HOST, 0, false);
    expect(await chooseListenPort(HOST, port, false)).toEqual({ port, moved: false });
  });

  it('moves from a default port that is taken, and says so', async () => {
    const { port, moved } = await chooseListenPort(HOST, taken, false);
    expect(moved).toBe(true);
    expect(port).not.toBe(taken);
  });

  it('refuses an explicit port that is taken', async () => {
    const attempt = chooseListenPort(HOST, taken, true, '--http-port');
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(new RegExp(`Port ${taken} .*in use.*--http-port`));
  });
});
