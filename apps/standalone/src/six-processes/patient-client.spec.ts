import { RpcError } from '@trading/platform-grpc';
import { patient } from './patient-client';

/** Away for some calls, then there. */
function service(failures: readonly Error[]) {
  const left = [...failures];
  return {
    calls: 0,
    async ask(question: string): Promise<string> {
      this.calls += 1;
      const failure = left.shift();
      if (failure !== undefined) throw failure;
      return `${question}!`;
    },
  };
}
const away = new RpcError('UNAVAILABLE', 'UNAVAILABLE', 'connection refused');
const waiting = { withinMs: 10_000, isOver: () => false };

describe('a patient client', () => {
  it('asks again while the service is away', async () => {
    const asked = service([away]);
    expect(await patient(asked, waiting).ask('well')).toBe('well!');
    expect(asked.calls).toBe(2);
  });

  it('takes an answer for an answer', async () => {
    const asked = service([new RpcError('NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'no such account')]);
    await expect(patient(asked, waiting).ask('well')).rejects.toThrow('no such account');
    expect(asked.calls).toBe(1);
  });

  it('gives up when the time is over, or nobody waits any more', async () => {
    await expect(patient(service([away, away]), { ...waiting, withinMs: -1 }).ask('')).rejects.toBe(away);
    await expect(patient(service([away, away]), { ...waiting, isOver: () => true }).ask('')).rejects.toBe(away);
  });
});
