import { memoryLogger } from '@trading/platform-logging';
import { ShutdownHooks } from './shutdown-hooks';

describe('ShutdownHooks', () => {
  it('run the hooks of a phase once, the others not', async () => {
    const ran: string[] = [];
    const hooks = new ShutdownHooks(memoryLogger());
    hooks.add('consumers', 'a', () => void ran.push('a'));
    hooks.add('consumers', 'b', async () => void ran.push('b'));
    hooks.add('stores', 'c', () => void ran.push('c'));
    await hooks.run('consumers');
    await hooks.run('consumers');
    expect(ran).toEqual(['a', 'b']);
  });

  it('go on when one fails or hangs, and say so', async () => {
    const logger = memoryLogger();
    const hooks = new ShutdownHooks(logger, 1);
    let ran = false;
    hooks.add('outbox', 'fails', () => Promise.reject(new Error('no')));
    hooks.add('outbox', 'hangs', () => new Promise(() => undefined));
    hooks.add('outbox', 'works', () => {
      ran = true;
    });
    await hooks.run('outbox');
    expect(ran).toBe(true);
    expect(logger.entries.map(({ fields, message }) => [fields['hook'], message])).toEqual([
      ['fails', 'A shutdown hook failed.'],
      ['hangs', 'A shutdown hook takes too long.'],
    ]);
  });
});
