import { DatabaseError, TransientDatabaseError } from '@trading/platform-database';
import { memoryLogger } from '@trading/platform-logging';
import { awaitStore, StoreUnreachable } from './await-store';

const refused = () => new TransientDatabaseError('connect ECONNREFUSED 127.0.0.1:5432', undefined, undefined);

/** Time that passes only while somebody sleeps. */
function setUp(waitMs: number) {
  let now = 1_000;
  const pauses: number[] = [];
  const logger = memoryLogger();
  const controller = new AbortController();
  const options = {
    waitMs,
    logger,
    signal: controller.signal,
    nowMs: () => now,
    sleep: async (ms: number) => {
      pauses.push(ms);
      now += ms;
    },
  };
  return { options, pauses, logger, controller };
}

describe('awaitStore', () => {
  it('tries again with longer pauses until the store answers, and says so', async () => {
    const { options, pauses, logger } = setUp(60_000);
    let tries = 0;
    const failures: string[] = [];
    const open = async (): Promise<string> => {
      tries += 1;
      if (tries <= 6) throw refused();
      return 'open';
    };
    expect(await awaitStore(open, { ...options, onFailure: (error) => failures.push(error.message) })).toBe('open');
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(failures).toHaveLength(6);
    expect(logger.entries[0]).toMatchObject({ level: 'warn', fields: { leftS: 60 } });
  });

  it('gives up in one paragraph when the time is over', async () => {
    const { options, pauses } = setUp(2_000);
    const failure = await awaitStore(() => Promise.reject(refused()), options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnreachable);
    expect((failure as Error).message).toBe(
      'PostgreSQL did not answer within 2 s: connect ECONNREFUSED 127.0.0.1:5432. Is the server that DATABASE_URL names running?',
    );
    expect(pauses).toEqual([500, 1_000, 500]);
  });

  it('takes a refusal for final', async () => {
    const { options, pauses } = setUp(60_000);
    const refusal = new DatabaseError('password authentication failed', '28P01', undefined);
    await expect(awaitStore(() => Promise.reject(refusal), options)).rejects.toBe(refusal);
    expect(pauses).toEqual([]);
  });

  it('stops trying when the process is asked to end', async () => {
    const { options, controller } = setUp(60_000);
    let tries = 0;
    const open = async (): Promise<never> => {
      tries += 1;
      controller.abort(new Error('SIGTERM'));
      throw refused();
    };
    await expect(awaitStore(open, options)).rejects.toThrow('SIGTERM');
    expect(tries).toBe(1);
  });
});
