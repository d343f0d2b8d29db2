import { UsageError } from '../front/usage-error';
import { chooseSixPorts } from './six-ports';

const usual = {
  http: { port: 8181, explicit: false },
  grpc: { port: 9191, explicit: false },
  terminal: { port: 7005, explicit: false },
};
const all = async (): Promise<boolean> => true;

describe('the ports of six processes', () => {
  it('are those of the house while they are free', async () => {
    const { of, notes } = await chooseSixPorts(usual, all);
    expect(Object.values(of)).toEqual([
      { http: 8181, grpc: 9191 },
      { http: 8182, grpc: 9192 },
      { http: 8183, grpc: 9193 },
      { http: 8184, grpc: 9194 },
      { http: 8185, grpc: 9195, terminal: 7004 },
      { http: 8186, grpc: 9196, terminal: 7005 },
    ]);
    expect(notes).toEqual([]);
  });

  it('give way where one is taken, and say so', async () => {
    const { of, notes } = await chooseSixPorts(usual, async (port) => port !== 9193);
    expect(of.execution.grpc).toBeGreaterThanOrEqual(20_000);
    expect(of.execution.grpc).toBeLessThan(32_000);
    expect(of.execution.http).toBe(8183);
    expect(notes).toEqual([`Port 9193 is in use; gRPC of execution is at 127.0.0.1:${of.execution.grpc}.`]);
  });

  it('do not give way where they were asked for by name', async () => {
    const asked = { ...usual, http: { port: 9000, explicit: true } };
    expect((await chooseSixPorts(asked, all)).of['mt5-gateway'].http).toBe(9005);
    const refused = chooseSixPorts(asked, async (port) => port !== 9002);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(/Port 9002.*HTTP of execution.*--http-port/);
  });

  it('are any free ones, all different, for 0', async () => {
    const any = { port: 0, explicit: true };
    const { of, notes } = await chooseSixPorts({ http: any, grpc: any, terminal: any });
    const ports = Object.values(of).flatMap((each) => Object.values(each) as number[]);
    expect(new Set(ports).size).toBe(14);
    expect(notes).toEqual([]);
  });
});
