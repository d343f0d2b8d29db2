import { memoryLogger } from '@trading/platform-logging';
import type { Alert } from './alert';
import { Alerts, type AlertsOptions } from './alerts';
import { RecordingChannel } from './recording-channel';

const HALTED: Alert = {
  code: 'ACCOUNT_HALTED',
  severity: 'critical',
  text: 'Account A is halted.',
  about: 'A',
  facts: { account: 'A' },
};

function stage(more: Partial<AlertsOptions> = {}) {
  const channel = new RecordingChannel();
  const logger = memoryLogger();
  let nowMs = 0;
  const waits: number[] = [];
  const alerts = new Alerts({
    service: 'risk-manager',
    channels: [channel],
    logger,
    nowMs: () => nowMs,
    wait: async (ms) => void waits.push(ms),
    ...more,
  });
  return { alerts, channel, entries: logger.entries, waits, later: (ms: number) => (nowMs += ms) };
}

describe('alerts', () => {
  it('are sent and logged', async () => {
    const { alerts, channel, entries } = stage();
    alerts.raise(HALTED);
    await alerts.drain(1_000);
    expect(channel.sent).toEqual([{ ...HALTED, repeated: 0 }]);
    expect(entries).toHaveLength(1);
  });

  it('are told once in a while about the same thing, with how often it was', async () => {
    const { alerts, channel, later } = stage({ repeatAfterMs: 1_000 });
    for (const about of ['A', 'A', 'B', 'A']) alerts.raise({ ...HALTED, about });
    await alerts.drain(1_000);
    expect(channel.sent.map(({ about }) => about)).toEqual(['A', 'B']);
    later(1_001);
    alerts.raise(HALTED);
    await alerts.drain(1_000);
    expect(channel.sent.at(-1)).toMatchObject({ about: 'A', repeated: 2 });
  });

  it('are tried again while a channel is away, and given up when it refuses', async () => {
    const { alerts, channel, waits, entries } = stage({ retryMs: [1, 2, 3] });
    channel.failNext('unreachable', 'unreachable');
    alerts.raise(HALTED);
    await alerts.drain(1_000);
    expect([channel.sent.length, waits]).toEqual([1, [1, 2]]);
    channel.failNext('refused');
    alerts.raise({ ...HALTED, about: 'B' });
    await alerts.drain(1_000);
    expect(channel.sent).toHaveLength(1);
    expect(entries.at(-1)?.message).toContain('could not be sent');
  });

  it('do not wait for one another beyond the limit', async () => {
    const { alerts, channel } = stage({ queueLimit: 3 });
    for (let i = 0; i < 10; i++) alerts.raise({ ...HALTED, about: String(i) });
    await alerts.drain(1_000);
    expect(channel.sent.map(({ about }) => about)).toEqual(['0', '1', '2']);
  });

  it('hold no channel up for another', async () => {
    const [away, there] = [new RecordingChannel('away'), new RecordingChannel('there')];
    const never = new Promise<void>(() => undefined);
    const { alerts } = stage({ channels: [away, there], wait: () => never });
    away.failNext('unreachable');
    alerts.raise(HALTED);
    await alerts.drain(20);
    expect([away.sent.length, there.sent.length]).toEqual([0, 1]);
  });
});
