import { DatabaseError } from '@trading/platform-database';
import { unstorableText } from './unstorable-text';

describe('a call with a character that PostgreSQL cannot hold', () => {
  it('is refused as invalid, so that nobody takes the service for defective', () => {
    const cause = new DatabaseError(
      'SELECT secret: invalid byte sequence for encoding "UTF8": 0x00',
      '22021',
      undefined,
    );
    const told = unstorableText(cause);
    expect(told).toMatchObject({ status: 'INVALID_ARGUMENT', code: 'TEXT_INVALID', cause });
    expect(told?.message).not.toContain('SELECT');
  });

  it("is known by the driver's own error as well", () => {
    const cause = Object.assign(new Error('invalid byte sequence'), { code: '22021' });
    expect(unstorableText(cause)).toMatchObject({ code: 'TEXT_INVALID' });
  });

  it('is refused where it stands in JSON, too', () => {
    const cause = new DatabaseError('\\u0000 cannot be converted to text', '22P05', undefined);
    expect(unstorableText(cause)).toMatchObject({ code: 'TEXT_INVALID' });
  });

  it('is told from other errors of the database', () => {
    expect(unstorableText(new DatabaseError('syntax error', '42601', undefined))).toBeUndefined();
    expect(unstorableText(new Error('22021'))).toBeUndefined();
  });
});
