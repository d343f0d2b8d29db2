import { HealthDirectory } from '@trading/platform-health';
import { recordRpc } from '@trading/platform-metrics';
import { type RunningHttp, startHttp } from './start-http';

describe('startHttp', () => {
  let health: HealthDirectory;
  let http: RunningHttp;
  let isDatabaseUp: boolean;
  const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`http://127.0.0.1:${http.port}${path}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  beforeEach(async () => {
    isDatabaseUp = true;
    health = new HealthDirectory();
    health.registerProbe('execution', {
      name: 'database',
      kind: 'ready',
      check: () => (isDatabaseUp ? undefined : Promise.reject(new Error('connection refused'))),
    });
    health.registerProbe('decision', {
      name: 'bus',
      kind: 'degraded',
      check: () => Promise.reject(new Error('no leader')),
    });
    const extraRoutes = [
      { path: '/hello', handle: (_: unknown, response: { json(body: object): void }) => response.json({ hello: 1 }) },
      { path: '/broken', handle: () => Promise.reject(new Error('no')) },
    ];
    http = await startHttp({ health, host: '127.0.0.1', port: 0, extraRoutes });
  });
  afterEach(() => http.stop(1000));

  it('is alive whatever its dependencies do', async () => {
    isDatabaseUp = false;
    expect(await get('/health')).toEqual({ status: 200, body: { status: 'ok', services: ['execution', 'decision'] } });
  });

  it('is ready by service, and names what is degraded', async () => {
    const { status, body } = await get('/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      details: { execution: { status: 'up' }, decision: { status: 'up', degraded: { bus: 'no leader' } } },
      degraded: ['decision bus: no leader'],
    });
  });

  it('is not ready, with the reason, when one service is not; the other one still is', async () => {
    isDatabaseUp = false;
    const { status, body } = await get('/ready');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      status: 'error',
      error: { execution: { status: 'down', failed: { database: 'connection refused' } } },
      degraded: ['decision bus: no leader'],
    });
    expect((await get('/ready/execution')).status).toBe(503);
    expect((await get('/ready/decision')).status).toBe(200);
    expect((await get('/ready/nobody')).status).toBe(404);
  });

  it('is not ready while shutting down', async () => {
    health.beginShutdown();
    expect((await get('/ready')).status).toBe(503);
    expect((await get('/health')).status).toBe(200);
  });

  it('serves the metrics of services and process, also when started again in this process', async () => {
    recordRpc('execution', 'SubmitOrder', 'OK', 0.1);
    const response = await fetch(`http://127.0.0.1:${http.port}/metrics`);
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('trading_rpc_duration_seconds_count{service="execution"');
    expect(text.match(/^# TYPE process_cpu_seconds_total/gm)).toHaveLength(1);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it("serves an app's own pages", async () => {
    expect(await get('/hello')).toEqual({ status: 200, body: { hello: 1 } });
    const broken = await fetch(`http://127.0.0.1:${http.port}/broken`);
    expect([broken.status, await broken.text()]).toEqual([500, '']);
  });

  it('names the port that is taken', async () => {
    await expect(startHttp({ health, host: '127.0.0.1', port: http.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      port: http.port,
    });
  });
});
