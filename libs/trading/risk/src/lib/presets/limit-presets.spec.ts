import { Decimal } from '@trading/trading-market';
import { invalidLimits } from '../limit-validation';
import { LossLimitTracker } from '../loss-limits';
import { unsupportedLimits } from '../limits';
import { LIMIT_PRESETS } from './limit-presets';

const us = (text: string): number => Date.parse(text) * 1000;

/** The floors of a preset on an account of 100,000 after what happened: time, balance, equity. */
function floors(name: string, ...happened: readonly (readonly [string, number, number])[]): Record<string, number> {
  const preset = LIMIT_PRESETS.find((each) => each.name === name)!;
  const tracker = new LossLimitTracker(preset.limits.lossLimits, new Decimal(100_000));
  for (const [time, balance, equity] of happened) tracker.onEquity(us(time), new Decimal(balance), new Decimal(equity));
  return Object.fromEntries(tracker.status().map((status) => [status.name, status.floor.toNumber()]));
}

describe('a preset of limits', () => {
  it.each(LIMIT_PRESETS.map((preset) => [preset.name, preset] as const))(
    '%s can be enforced',
    (_name, { limits, rule, source, checked }) => {
      expect([...invalidLimits(limits), ...unsupportedLimits(limits)]).toEqual([]);
      expect(rule).toMatch(/^[A-Z].*\.$/);
      expect(source).toMatch(/^[A-Z].*\.[a-z]+\/.*\.$/);
      expect(checked).toMatch(/^(20\d\d-\d\d-\d\d)?$/);
      expect(limits.lossLimits.map(({ action }) => action)).toContain('flatten');
    },
  );

  it('with a static floor resets the day at midnight in Prague, from the balance', () => {
    const days = [
      ['2026-03-02T12:00:00Z', 104_000, 109_000],
      ['2026-03-02T22:59:00Z', 104_000, 109_000],
      ['2026-03-02T23:01:00Z', 104_000, 109_000],
    ] as const;
    expect(floors('two-step-static', ...days.slice(0, 2))).toEqual({ 'daily-loss': 95_000, 'max-loss': 90_000 });
    expect(floors('two-step-static', ...days)).toEqual({ 'daily-loss': 99_000, 'max-loss': 90_000 });
  });

  it('of the higher of both resets the day at 17:00 in New York, from the equity where that is higher', () => {
    const days = [
      ['2026-03-02T12:00:00Z', 104_000, 109_000],
      ['2026-03-02T22:01:00Z', 104_000, 109_000],
    ] as const;
    expect(floors('two-step-higher-of-both', ...days)).toEqual({ 'daily-loss': 103_550, 'max-loss': 90_000 });
    expect(floors('two-step-server-midnight', ...days)).toEqual({ 'daily-loss': 99_000, 'max-loss': 90_000 });
  });

  it('that trails the end of day is not moved by what happens within the day', () => {
    const days = [
      ['2026-03-02T12:00:00Z', 110_000, 120_000],
      ['2026-03-02T20:00:00Z', 103_000, 103_000],
      ['2026-03-03T23:00:00Z', 102_000, 102_000],
    ] as const;
    expect(floors('trailing-end-of-day', ...days)).toEqual({ 'max-loss': 99_000 });
    expect(floors('one-step-end-of-day', ...days)).toEqual({ 'daily-loss': 100_425, 'max-loss': 98_000 });
  });

  it('that trails up to the initial capital rises no further', () => {
    const days = [
      ['2026-03-02T12:00:00Z', 101_000, 101_000],
      ['2026-03-03T12:00:00Z', 109_000, 109_000],
      ['2026-03-04T12:00:00Z', 109_000, 109_000],
    ] as const;
    expect(floors('trailing-end-of-day', ...days.slice(0, 2))).toEqual({ 'max-loss': 97_000 });
    expect(floors('trailing-end-of-day', ...days)).toEqual({ 'max-loss': 100_000 });
  });

  it('of one step trails the highest balance at a midnight of Prague, as its programme shows', () => {
    const days = [
      ['2026-03-02T12:00:00Z', 104_000, 104_000],
      ['2026-03-03T12:00:00Z', 103_000, 103_000],
      ['2026-03-04T12:00:00Z', 103_000, 103_000],
    ] as const;
    expect(floors('one-step-trailing-balance', ...days.slice(0, 1))).toMatchObject({ 'max-loss': 90_000 });
    expect(floors('one-step-trailing-balance', ...days.slice(0, 2))).toMatchObject({ 'max-loss': 94_000 });
    expect(floors('one-step-trailing-balance', ...days)).toEqual({ 'daily-loss': 100_000, 'max-loss': 94_000 });
  });

  it('that trails the equity is moved by open profit', () => {
    expect(floors('trailing-equity', ['2026-03-02T12:00:00Z', 100_000, 120_000])).toEqual({ 'max-loss': 115_000 });
  });
});
