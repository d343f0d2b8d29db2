import { HealthDirectory } from './health-directory';
import { ServiceProbes } from './service-probes';

describe('HealthDirectory', () => {
  it('tells failed from degraded, by probe and reason', async () => {
    const directory = new HealthDirectory();
    const probes = new ServiceProbes(directory, 'execution');
    probes.add({ name: 'database', kind: 'ready', check: () => Promise.reject(new Error('refused')) });
    probes.add({
      name: 'bus',
      kind: 'degraded',
      check: () => {
        throw new Error('no leader');
      },
    });
    probes.add({ name: 'gateway', kind: 'ready', check: () => undefined });
    expect(await directory.check('execution')).toEqual({
      service: 'execution',
      isReady: false,
      failed: { database: 'refused' },
      degraded: { bus: 'no leader' },
    });
  });

  it('stays ready while only degraded', async () => {
    const directory = new HealthDirectory();
    directory.registerProbe('risk-manager', {
      name: 'bus',
      kind: 'degraded',
      check: () => Promise.reject(new Error('x')),
    });
    expect(await directory.isReady('risk-manager')).toBe(true);
    expect(await directory.isReady('absent')).toBe(false);
  });

  it('takes a probe that does not answer for failed', async () => {
    const directory = new HealthDirectory({ probeTimeoutMs: 1 });
    directory.registerProbe('decision', { name: 'slow', kind: 'ready', check: () => new Promise(() => undefined) });
    expect((await directory.check('decision'))?.failed).toEqual({ slow: 'no answer within 1 ms' });
  });

  it('replaces a probe of the same name and keeps services apart', async () => {
    const directory = new HealthDirectory();
    directory.registerProbe('a', { name: 'p', kind: 'ready', check: () => Promise.reject(new Error('old')) });
    directory.registerProbe('a', { name: 'p', kind: 'ready', check: () => undefined });
    directory.registerService('a');
    directory.registerService('b');
    expect((await directory.checkAll()).map(({ service, isReady }) => [service, isReady])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(await directory.check('c')).toBeUndefined();
  });

  it('has nothing ready while shutting down', async () => {
    const directory = new HealthDirectory();
    directory.registerService('a');
    directory.beginShutdown();
    expect((await directory.check('a'))?.failed).toEqual({ shutdown: 'shutting down' });
  });
});
