import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Door } from './ask-service';
import type { RunProgram } from './run-program';
import { askAll, placeOrder, withOperatorToken } from './smoke';

const closings: (() => void)[] = [];
afterEach(() => closings.splice(0).forEach((close) => close()));

/** A service as it answers from outside. */
async function serve({ ready, serving }: { ready: boolean; serving: boolean }): Promise<Door> {
  const http = createServer((request, response) => {
    response.statusCode = request.url === '/ready' && !ready ? 503 : 200;
    response.end('{"status":"error","details":"postgres"}');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const grpc = new Server();
  new HealthImplementation({ '': serving ? 'SERVING' : 'NOT_SERVING' }).addToServer(grpc);
  const port = await new Promise<number>((resolve, reject) =>
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  closings.push(
    () => http.close(),
    () => grpc.forceShutdown(),
  );
  return { http: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, grpc: `127.0.0.1:${port}` };
}
const ask = async (door: Door) => askAll(['execution'], () => Promise.resolve({ door, close: () => undefined }), 5_000);

describe('the smoke test', () => {
  it('finds nothing wrong with a service that is ready', async () => {
    expect(await ask(await serve({ ready: true, serving: true }))).toEqual([{ subject: 'execution', problems: [] }]);
  });

  it('says why a service is not ready', async () => {
    const [finding] = await ask(await serve({ ready: false, serving: true }));
    expect(finding?.problems).toEqual(['/ready answered 503: {"status":"error","details":"postgres"}']);
  });

  it('says that gRPC does not serve, or does not answer', async () => {
    const door = await serve({ ready: true, serving: false });
    expect((await ask(door))[0]?.problems).toEqual(['gRPC health is NOT_SERVING']);
    closings.splice(0).forEach((close) => close());
    expect((await ask(door))[0]?.problems).toEqual([
      expect.stringMatching(/^\/health did not answer/),
      expect.stringMatching(/^\/ready did not answer/),
      expect.stringMatching(/^gRPC health did not answer/),
    ]);
  });

  it('goes on with the others when there is no way to one', async () => {
    const door = await serve({ ready: true, serving: true });
    const open = (name: string) =>
      name === 'decision' ? Promise.reject(new Error('no pod')) : Promise.resolve({ door, close: () => undefined });
    expect(await askAll(['decision', 'execution'], open, 5_000)).toEqual([
      { subject: 'decision', problems: ['no pod'] },
      { subject: 'execution', problems: [] },
    ]);
  });

  it('submits an order once for each deployment, and tells why one was denied', () => {
    const order = { execution: { http: '', grpc: 'h:1' }, tokenFile: '/t', requestId: 'smoke-7-1', main: 'main.js' };
    const calls: (readonly string[])[] = [];
    const denies: RunProgram = (_, args) => {
      calls.push(args);
      return { code: 1, stdout: 'Denied: KILL_SWITCH', stderr: '' };
    };
    expect(placeOrder({ ...order, words: 'PAPER-1 EURUSD buy 0.01' }, denies).problems).toEqual([
      'Denied: KILL_SWITCH',
    ]);
    expect(calls[0]?.join(' ')).toBe(
      'main.js order submit EURUSD buy 0.01 --account PAPER-1 --grpc h:1 --token-file /t --request-id smoke-7-1',
    );
    expect(placeOrder({ ...order, words: 'buy; rm' }, denies).problems).toHaveLength(1);
    expect(calls).toHaveLength(1);
  });

  it('leaves no token behind', () => {
    const run: RunProgram = () => ({ code: 0, stdout: Buffer.from('secret').toString('base64'), stderr: '' });
    let place = '';
    withOperatorToken('kubectl', 'trading-staging', run, (file) => {
      place = file;
      expect(readFileSync(file, 'utf8')).toBe('secret');
    });
    expect(existsSync(place)).toBe(false);
    const none: RunProgram = () => ({ code: 1, stdout: '', stderr: 'forbidden' });
    expect(() => withOperatorToken('kubectl', 'trading-staging', none, () => undefined)).toThrow(/forbidden/);
  });
});
