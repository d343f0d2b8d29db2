import { invalidLimits } from './limit-validation';
import { UNSET_LIMITS, unsupportedLimits, type LossLimit, type RiskLimits } from './limits';

const DAILY: LossLimit = {
  name: 'daily',
  anchor: 'dayStart',
  base: 'balance',
  measure: 'equity',
  limit: '5%',
  resetTime: '00:00',
  resetZone: 'Europe/Prague',
  buffer: '50',
  action: 'halt',
};

describe('limits', () => {
  it('may all be unset', () => {
    expect(invalidLimits(UNSET_LIMITS)).toEqual([]);
    expect(unsupportedLimits(UNSET_LIMITS)).toEqual([]);
    expect(unsupportedLimits({ ...UNSET_LIMITS, maxRestingDistancePct: '0' })).toEqual([]);
  });

  it.each<[keyof RiskLimits, Partial<RiskLimits>]>([
    ['maxOrdersPerMinute', { maxOrdersPerMinute: 1 }],
    ['maxCancelsPerMinute', { maxCancelsPerMinute: 1 }],
    ['coolDownAfterLossMs', { coolDownAfterLossMs: 1 }],
    ['maxRestingDistancePct', { maxRestingDistancePct: '1' }],
    ['blockedSessions', { blockedSessions: ['Fri 20:00-24:00'] }],
  ])('name %s as set but not enforced', (name, set) => {
    expect(unsupportedLimits({ ...UNSET_LIMITS, ...set })).toEqual([name]);
  });

  it.each<[string, Partial<RiskLimits>]>([
    ['maxOrderLots', { maxOrderLots: '1,5' }],
    ['maxOrderLots', { maxOrderLots: '-1' }],
    ['maxGrossExposure', { maxGrossExposure: 'NaN' }],
    ['maxQuoteAgeMs', { maxQuoteAgeMs: -1 }],
    ['maxOpenOrders', { maxOpenOrders: 1.5 }],
    ['priceCollarPct', { priceCollarPct: '100' }],
    ['limit', { lossLimits: [{ ...DAILY, limit: '5 percent' }] }],
    ['limit', { lossLimits: [{ ...DAILY, limit: '0%' }] }],
    ['buffer', { lossLimits: [{ ...DAILY, buffer: '-1' }] }],
    ['resetTime', { lossLimits: [{ ...DAILY, resetTime: '24:00' }] }],
    ['resetZone', { lossLimits: [{ ...DAILY, resetZone: 'Europe/Nowhere' }] }],
    ['anchor', { lossLimits: [{ ...DAILY, anchor: 'yesterday' as 'peak' }] }],
    ['name', { lossLimits: [DAILY, DAILY] }],
  ])('with a wrong %s are named in one sentence: %j', (field, set) => {
    const problems = invalidLimits({ ...UNSET_LIMITS, ...set });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(field);
  });
});
