import { databaseError, TransientDatabaseError } from './database-errors';

const withCode = (code: string): Error => Object.assign(new Error('said'), { code });

describe('an error of the driver', () => {
  it.each([
    ['57P01', 'the server is shut down'],
    ['57P03', 'the server starts'],
    ['08006', 'the connection failed'],
    ['40001', 'a lost race'],
    ['40P01', 'a deadlock'],
    ['53300', 'too many connections'],
    ['53100', 'a full disk'],
    ['55P03', 'a lock not had in time'],
    ['57014', 'a statement that took too long'],
    ['25P03', 'silence within a transaction'],
    ['25006', 'a standby'],
    ['ECONNREFUSED', 'nobody there'],
    ['EPIPE', 'a connection that is gone'],
    ['ENOTFOUND', 'a name that is not known yet'],
  ])('may be over next time: %s, %s', (code) => {
    expect(databaseError(withCode(code), 'x')).toBeInstanceOf(TransientDatabaseError);
  });

  it.each([
    ['23505', 'a broken constraint'],
    ['42501', 'a right that is lacking'],
    ['42P01', 'a table that is not there'],
    ['28P01', 'a wrong password'],
    ['3D000', 'a database that is not there'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'a certificate that nobody vouches for'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', "another host's certificate"],
  ])('is final: %s, %s', (code) => {
    expect(databaseError(withCode(code), 'x')).toMatchObject({ code: 'DATABASE' });
  });

  it('says the server’s code, and none where only the socket has one', () => {
    expect(databaseError(withCode('57P01'), 'x')).toMatchObject({ sqlState: '57P01' });
    expect(databaseError(withCode('EPIPE'), 'x')).toMatchObject({ sqlState: undefined });
  });
});
