import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { evaluate } from './evaluate';

const choose = (...args: unknown[]): unknown =>
  evaluate({ ports: 'ports.mjs' }, 'return ports.choosePorts(...args)', ...args);

describe('the ports of a server', () => {
  let holder: Server;
  let taken: number;
  let free: number;
  beforeAll(async () => {
    free = evaluate({ ports: 'ports.mjs' }, 'return ports.freePort()') as number;
    holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    taken = (holder.address() as AddressInfo).port;
  });
  afterAll(() => holder.close());

  it('are the usual ones while nobody has them', () => {
    expect(choose({ client: free }, null, [])).toEqual({ client: free });
  });

  it('are others when a program or another server of the folder has them', () => {
    expect(choose({ client: taken }, null, [])).not.toEqual({ client: taken });
    expect(choose({ client: free }, null, [free])).not.toEqual({ client: free });
  });

  it('stay what they were', () => {
    expect(choose({ client: taken }, { client: free }, [])).toEqual({ client: free });
  });

  it('are all different, and none of the usual ones, when any will do', () => {
    const chosen = Object.values(choose({ a: free, b: free, c: free }, null, [], { anyFree: true }) as object);
    expect(new Set([...chosen, free]).size).toBe(4);
  });
});
