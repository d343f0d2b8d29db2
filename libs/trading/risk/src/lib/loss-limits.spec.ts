import { Decimal } from '@trading/trading-market';
import * as fc from 'fast-check';
import type { LossLimit } from './limits';
import { InvalidLossLimits, LossLimitTracker, type LossLimitTrackerState } from './loss-limits';

fc.configureGlobal({ seed: 42 });

const CAPITAL = new Decimal(100_000);
const HOUR_US = 3_600_000_000;

function limit(changes: Partial<LossLimit> = {}): LossLimit {
  return {
    name: 'limit',
    anchor: 'dayStart',
    base: 'balance',
    measure: 'equity',
    limit: '5%',
    resetTime: '',
    resetZone: '',
    buffer: '',
    action: 'halt',
    ...changes,
  };
}

const utc = (text: string): number => Date.parse(text) * 1000;

function tracker(changes: Partial<LossLimit>): {
  on(time: string, balance: number, equity?: number): number;
  get(): LossLimitTracker;
} {
  const tracked = new LossLimitTracker([limit(changes)], CAPITAL);
  return {
    on: (time, balance, equity = balance) =>
      tracked.onEquity(utc(time), new Decimal(balance), new Decimal(equity)).length,
    get: () => tracked,
  };
}

function floorOf(tracked: LossLimitTracker): number {
  return tracked.status()[0]!.floor.toNumber();
}

describe('LossLimitTracker', () => {
  it('breaches when the equity falls below the floor, not when it touches it', () => {
    const t = tracker({});
    expect(t.on('2024-01-10T10:00:00Z', 100_000, 95_000)).toBe(0);
    const [breach] = t.get().onEquity(utc('2024-01-10T11:00:00Z'), CAPITAL, new Decimal('94999.99'));
    expect(breach).toMatchObject({ limit: { name: 'limit', action: 'halt' }, timeUs: utc('2024-01-10T11:00:00Z') });
    expect([breach!.equity, breach!.status.floor].map(String)).toEqual(['94999.99', '95000']);
  });

  it('reports a breach once a day, stays breached after a recovery, and starts anew at the reset', () => {
    const t = tracker({});
    expect(t.on('2024-01-10T10:00:00Z', 94_000)).toBe(1);
    expect(t.on('2024-01-10T11:00:00Z', 93_000)).toBe(0);
    expect(t.on('2024-01-10T12:00:00Z', 99_000)).toBe(0);
    expect(t.get().status()[0]?.breached).toBe(true);
    expect(t.on('2024-01-11T00:00:00Z', 99_000)).toBe(0);
    expect(t.get().status()[0]?.breached).toBe(false);
    expect(t.on('2024-01-11T01:00:00Z', 90_000)).toBe(1);
  });

  it('anchors the day at what was there before the reset, in percent of the initial capital', () => {
    const t = tracker({});
    t.on('2024-01-10T23:00:00Z', 110_000, 104_000);
    t.on('2024-01-11T00:00:00Z', 108_000);
    expect(t.get().status()[0]?.anchorValue.toNumber()).toBe(110_000);
    expect(floorOf(t.get())).toBe(105_000);
  });

  it.each([
    ['balance', 110_000],
    ['equity', 104_000],
    ['higher', 110_000],
  ] as const)('takes the %s of the account as anchor', (base, anchor) => {
    const t = tracker({ base });
    t.on('2024-01-10T23:00:00Z', 110_000, 104_000);
    t.on('2024-01-11T00:00:00Z', 1_000_000);
    expect(t.get().status()[0]?.anchorValue.toNumber()).toBe(anchor);
  });

  it('resets at midnight of a zone, through its daylight saving', () => {
    const prague = { resetTime: '00:00', resetZone: 'Europe/Prague' };
    const winter = tracker(prague);
    winter.on('2024-01-10T12:00:00Z', 100_000);
    expect(winter.get().status()[0]?.resetsUs).toBe(utc('2024-01-10T23:00:00Z'));
    const change = tracker(prague);
    change.on('2024-03-30T23:00:00Z', 100_000);
    expect(change.get().status()[0]?.resetsUs).toBe(utc('2024-03-31T22:00:00Z'));
  });

  it('resets at a time of day', () => {
    const t = tracker({ resetTime: '17:00', resetZone: 'America/New_York' });
    t.on('2024-01-10T21:59:59Z', 101_000);
    expect(t.get().status()[0]?.resetsUs).toBe(utc('2024-01-10T22:00:00Z'));
    t.on('2024-01-10T22:00:00Z', 102_000);
    expect(t.get().status()[0]).toMatchObject({ resetsUs: utc('2024-01-11T22:00:00Z') });
    expect(floorOf(t.get())).toBe(96_000);
  });

  it('keeps an initial floor for ever', () => {
    const t = tracker({ anchor: 'initial', limit: '10%' });
    t.on('2024-01-10T10:00:00Z', 150_000);
    t.on('2024-01-12T10:00:00Z', 150_000);
    expect(floorOf(t.get())).toBe(90_000);
    expect(t.on('2024-01-12T11:00:00Z', 89_000)).toBe(1);
    expect(t.on('2024-01-15T11:00:00Z', 88_000)).toBe(0);
    expect(t.get().status()[0]).toMatchObject({ breached: true, resetsUs: undefined });
  });

  it('trails the highest equity seen, by money', () => {
    const t = tracker({ anchor: 'peak', base: 'equity', limit: '2500' });
    t.on('2024-01-10T10:00:00Z', 100_000, 104_000);
    expect(t.on('2024-01-10T11:00:00Z', 100_000, 101_500)).toBe(0);
    expect(t.on('2024-01-10T12:00:00Z', 100_000, 101_499)).toBe(1);
  });

  it('trails the highest balance at the end of a day, not within it, the initial capital included', () => {
    const t = tracker({ anchor: 'endOfDayPeak', limit: '10%' });
    t.on('2024-01-10T10:00:00Z', 120_000);
    t.on('2024-01-10T20:00:00Z', 105_000);
    expect(floorOf(t.get())).toBe(90_000);
    t.on('2024-01-11T00:00:00Z', 103_000);
    expect(floorOf(t.get())).toBe(95_000);
    t.on('2024-01-12T00:00:00Z', 104_000);
    expect(floorOf(t.get())).toBe(95_000);
  });

  it('moves every anchor and the initial capital with cash from outside', () => {
    const t = tracker({ anchor: 'peak', base: 'equity' });
    t.on('2024-01-10T10:00:00Z', 110_000);
    t.get().onCash(new Decimal(100_000));
    expect(t.on('2024-01-10T11:00:00Z', 210_000)).toBe(0);
    expect(floorOf(t.get())).toBe(200_000);
    t.get().onCash(new Decimal(-100_000));
    expect(t.on('2024-01-10T12:00:00Z', 110_000)).toBe(0);
    expect(floorOf(t.get())).toBe(105_000);
  });

  it('counts cash that came before the reset into the next day', () => {
    const t = tracker({});
    t.on('2024-01-10T10:00:00Z', 100_000);
    t.get().onCash(new Decimal(-50_000));
    expect(t.on('2024-01-11T00:00:00Z', 50_000)).toBe(0);
    expect(floorOf(t.get())).toBe(47_500);
  });

  it('gives the buffer in percent of the capital or in money', () => {
    expect(tracker({ buffer: '0.5%' }).get().status()[0]?.buffer.toNumber()).toBe(500);
    expect(tracker({ buffer: '250' }).get().status()[0]?.buffer.toNumber()).toBe(250);
  });

  it('refuses limits that it cannot understand', () => {
    expect(() => tracker({ limit: 'five' })).toThrow(InvalidLossLimits);
  });

  it('restores from its snapshot and goes on as if nothing had happened', () => {
    const limits = (['initial', 'dayStart', 'peak', 'endOfDayPeak'] as const).map((anchor) =>
      limit({ name: anchor, anchor, base: 'higher', limit: '3%' }),
    );
    const steps = fc.array(
      fc.record({
        hours: fc.integer({ min: 0, max: 30 }),
        balance: fc.integer({ min: 90_000, max: 110_000 }),
        open: fc.integer({ min: -3000, max: 3000 }),
        cash: fc.constantFrom(0, 0, 0, 1000),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const undisturbed = new LossLimitTracker(limits, CAPITAL);
        let restored = new LossLimitTracker(limits, CAPITAL);
        let timeUs = utc('2024-01-10T00:00:00Z');
        for (const { hours, balance, open, cash } of all) {
          timeUs += hours * HOUR_US;
          const breaches = [undisturbed, restored].map((t) => {
            if (cash !== 0) t.onCash(new Decimal(cash));
            return t.onEquity(timeUs, new Decimal(balance), new Decimal(balance + open));
          });
          expect(JSON.stringify(breaches[1])).toBe(JSON.stringify(breaches[0]));
          restored = LossLimitTracker.restore(
            limits,
            JSON.parse(JSON.stringify(restored.snapshot())) as LossLimitTrackerState,
          );
        }
        expect(JSON.stringify(restored.status())).toBe(JSON.stringify(undisturbed.status()));
      }),
    );
  });

  it('starts a limit that is new, or has another anchor, at the initial capital', () => {
    const t = tracker({ anchor: 'peak' });
    t.on('2024-01-10T10:00:00Z', 150_000);
    const restored = LossLimitTracker.restore([limit({ anchor: 'endOfDayPeak' })], t.get().snapshot());
    expect(restored.status()[0]?.anchorValue.toNumber()).toBe(100_000);
  });
});
