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

  it('leaves 0 to who listens', async () => {
    expect(await chooseListenPort(HOST, 0, true)).toEqual({ port: 0, moved: false });
  });

  it('keeps a preferred port that is free', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, HOST, resolve));
    const { port } = other.address() as AddressInfo;
    await new Promise((resolve) => other.close(resolve));
    expect(await chooseListenPort(HOST, port, false)).toEqual({ port, moved: false });
  });

  it('moves from a default port that is taken, and says so', async () => {
    expect(await chooseListenPort(HOST, taken, false)).toEqual({ port: 0, moved: true });
  });

  it('refuses an explicit port that is taken', async () => {
    const attempt = chooseListenPort(HOST, taken, true, '--http-port');
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(new RegExp(`Port ${taken} .*in use.*--http-port`));
  });
});
