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

  it('are all enforced; what is no limit of this release is named', () => {
    const limits = { ...UNSET_LIMITS, maxOrdersPerMinute: 1, coolDownAfterLossMs: 1, weeklyFlat: 'Fri 20:45' };
    expect(unsupportedLimits(limits)).toEqual([]);
    const later = { ...limits, maxMoonPhase: '3', maxNothing: '', maxTides: [] };
    expect(unsupportedLimits(later)).toEqual(['maxMoonPhase']);
  });

  it.each<[string, Partial<RiskLimits>]>([
    ['maxOrderLots', { maxOrderLots: '1,5' }],
    ['maxOrderLots', { maxOrderLots: '-1' }],
    ['maxGrossExposure', { maxGrossExposure: 'NaN' }],
    ['maxQuoteAgeMs', { maxQuoteAgeMs: -1 }],
    ['maxOpenOrders', { maxOpenOrders: 1.5 }],
    ['priceCollarPct', { priceCollarPct: '100' }],
    ['maxSymbolExposure', { maxSymbolExposure: 'much' }],
    ['blockedSessions', { blockedSessions: ['Fri 21:00'] }],
    ['blockedSessions', { blockedSessions: ['Fri 21:00-Sun 25:00'] }],
    ['blockedSessions', { blockedSessions: ['Fri 21:00-Sun 24:00 America/Nowhere'] }],
    ['weeklyFlat', { weeklyFlat: 'Friday 20:45' }],
    ['must end after', { newsBlackouts: [{ name: 'CPI', fromUs: 2, toUs: 2, currencies: [] }] }],
    ['no currency', { newsBlackouts: [{ name: 'CPI', fromUs: 1, toUs: 2, currencies: ['usd'] }] }],
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
