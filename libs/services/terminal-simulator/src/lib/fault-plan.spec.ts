import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultPlan } from './fault-plan';
import { FAULTS_FILE, FaultRecord, recordedPlan } from './fault-record';
import { faultPlanSchema, isBrokerRule } from './fault-rule';

describe('a plan of faults', () => {
  it('is the same for the same seed, another for another, and survives being printed', () => {
    const plan = faultPlan(7, 40);
    expect(faultPlan(7, 40)).toEqual(plan);
    expect(faultPlan(8, 40)).not.toEqual(plan);
    expect(faultPlanSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(plan.rules).toHaveLength(40);
  });

  it('draws every kind of fault, within its bounds', () => {
    const kinds = (options: Parameters<typeof faultPlan>[2]) =>
      new Set(faultPlan(1, 2000, options).rules.map(({ kind }) => kind));
    expect([...kinds({ lockstep: false })].sort()).toEqual(
      [
        ...['disconnect', 'lose', 'delay', 'duplicate', 'reorder', 'restart', 'lie', 'clock'],
        ...['requote', 'code', 'unheard', 'unanswered', 'fill-after-cancel', 'ticket', 'comment', 'market-closed'],
        ...['refuse-stops', 'away', 'swap-events'],
      ].sort(),
    );
    const { rules } = faultPlan(1, 2000, { upTo: 5 });
    expect(rules.every(({ at }) => ('command' in at ? at.command : at.nth) <= 5)).toBe(true);
    expect(rules.some((rule) => rule.kind === 'restart' && rule.journal === 'lost')).toBe(false);
    expect(faultPlan(1, 2000, { lineOnly: true }).rules.some(isBrokerRule)).toBe(false);
  });

  it('draws codes of its platform', () => {
    const codes = (platform: 'MT4' | 'MT5') =>
      faultPlan(3, 3000, { platform }).rules.flatMap((rule) => (rule.kind === 'code' ? [rule.code] : []));
    expect(Math.min(...codes('MT5'))).toBeGreaterThan(10_000);
    expect(Math.max(...codes('MT4'))).toBeLessThan(5000);
  });

  describe('is recorded in the state folder:', () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'faults-'))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));
    const plan = faultPlan(5, 6);

    it('a rule is due once, also after a restart in the middle of a write', () => {
      const first = FaultRecord.open(folder, plan);
      expect([first.fire(2), first.fire(2), first.fire(4)]).toEqual([true, false, true]);
      first.close();
      appendFileSync(join(folder, FAULTS_FILE), '{"fir');
      const second = FaultRecord.open(folder, plan);
      expect([second.fire(2), second.fire(4), second.fire(1)]).toEqual([false, false, true]);
      second.close();
      const third = FaultRecord.open(folder, plan);
      expect(third.fire(1)).toBe(false);
      third.close();
      expect(recordedPlan(folder)).toEqual(plan);
    });

    it('another plan is refused', () => {
      FaultRecord.open(folder, plan).close();
      expect(() => FaultRecord.open(folder, faultPlan(6, 6))).toThrow(/another plan of faults/);
      expect(() => FaultRecord.open(folder, { seed: 0, rules: [] })).toThrow(/another plan of faults/);
    });

    it('no plan leaves nothing', () => {
      FaultRecord.open(folder, { seed: 0, rules: [] }).close();
      expect(recordedPlan(folder)).toBeUndefined();
      FaultRecord.open(folder, plan).close();
      expect(readFileSync(join(folder, FAULTS_FILE), 'utf8')).toBe(`${JSON.stringify(plan)}\n`);
    });
  });
});
