import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressesOf, doorsOf } from './doors';
import { dataFolders, runningSystem, systemAt } from './find-endpoints';
import { readinessOfAll } from './readiness';

const common = { pid: process.pid, operatorTokenFile: '/t', accounts: ['PAPER-1'], startedAt: 'now' };
const one = { ...common, http: 'http://127.0.0.1:8180', grpc: '127.0.0.1:9190' };
const NAMES = ['prediction', 'decision', 'execution', 'risk-manager', 'mt4-gateway', 'mt5-gateway'];
const six = {
  ...common,
  services: Object.fromEntries(
    NAMES.map((name, i) => [name, { http: `http://127.0.0.1:${8181 + i}`, grpc: `127.0.0.1:${9191 + i}` }]),
  ),
};

describe('finding a running system', () => {
  let cwd: string;
  const leave = (folder: string, endpoints: object): void => {
    mkdirSync(join(cwd, folder), { recursive: true });
    writeFileSync(join(cwd, folder, 'endpoints.json'), JSON.stringify(endpoints));
  };
  beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'trade-find-'))));
  afterEach(() => rmSync(cwd, { recursive: true }));

  it('finds the six processes beside a folder of one process that has ended', async () => {
    leave('.data', { ...one, pid: 2 ** 30 });
    leave('.data/dev', six);
    const doors = doorsOf(await runningSystem(dataFolders(undefined, cwd)));
    expect(doors).toMatchObject({ riskManager: '127.0.0.1:9194', gateways: ['127.0.0.1:9195', '127.0.0.1:9196'] });
    expect(Object.keys(doors.http)).toEqual(NAMES);
    expect(addressesOf(doors)).toHaveLength(6);
  });

  it('does not choose between two that run', async () => {
    leave('.data', one);
    leave('.data/dev', six);
    await expect(runningSystem(dataFolders(undefined, cwd))).rejects.toThrow(/Two systems run here.*--data-dir/);
    expect(doorsOf(await runningSystem(dataFolders('.data', cwd))).execution).toBe('127.0.0.1:9190');
  });

  it('knows of which system an address is', async () => {
    leave('.data', one);
    leave('.data/dev', six);
    const at = (address: string) =>
      systemAt(dataFolders(undefined, cwd), (each) => addressesOf(doorsOf(each)).includes(address));
    expect(await at('127.0.0.1:9193')).toHaveProperty('services');
    expect(await at('127.0.0.1:9190')).not.toHaveProperty('services');
  });

  it('names what is wrong with the address of a service', async () => {
    leave('.data', { ...six, services: { ...six.services, decision: {} } });
    await expect(runningSystem(dataFolders('.data', cwd))).rejects.toThrow(/services\.decision/);
  });
});

describe('the readiness of several processes', () => {
  let server: Server;
  const body = JSON.stringify({ details: { decision: { status: 'up' } } });
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1', () => resolve());
      }),
  );
  afterAll(() => server.close());

  it('counts one that does not answer as not ready', async () => {
    const { port } = server.address() as AddressInfo;
    const readiness = await readinessOfAll({ decision: `http://127.0.0.1:${port}`, execution: 'http://127.0.0.1:1' });
    expect(readiness.isReady).toBe(false);
    expect(readiness.services).toMatchObject([
      { service: 'decision', isReady: true },
      { service: 'execution', isReady: false, failed: { process: expect.stringContaining('does not answer') } },
    ]);
  });

  it('is unknown when the only one does not answer', async () => {
    await expect(readinessOfAll({ system: 'http://127.0.0.1:1' })).rejects.toThrow('does not answer');
  });
});
