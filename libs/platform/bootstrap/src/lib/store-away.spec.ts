import { DatabaseError, TransientDatabaseError } from '@trading/platform-database';
import { storeAway } from './store-away';

describe('a call whose database', () => {
  it('does not answer finds the service away, and is told no statement', () => {
    const cause = new TransientDatabaseError('execution SELECT secret: connect ECONNREFUSED', undefined, undefined);
    const told = storeAway(cause);
    expect(told).toMatchObject({ status: 'UNAVAILABLE', code: 'DATABASE_AWAY', cause });
    expect(told?.message).not.toContain('SELECT');
  });

  it('refuses a statement has met a defect', () => {
    expect(storeAway(new DatabaseError('syntax error', '42601', undefined))).toBeUndefined();
    expect(storeAway(new Error('other'))).toBeUndefined();
  });
});
