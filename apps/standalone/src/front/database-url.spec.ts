import { databaseUrlOf } from './database-url';

describe('databaseUrlOf', () => {
  it.each(['postgresql://me:secret@db:5432/trading', 'postgres://db/trading'])('takes %s', (url) => {
    expect(databaseUrlOf({ DATABASE_URL: url })).toBe(url);
  });

  it('is undefined when it is not set, or to nothing', () => {
    expect(databaseUrlOf({})).toBeUndefined();
    expect(databaseUrlOf({ DATABASE_URL: '' })).toBeUndefined();
  });

  it('names the variable but not its value when it is of another form', () => {
    const read = (): unknown => databaseUrlOf({ DATABASE_URL: 'mysql://me:secret@db/trading' });
    expect(read).toThrow(/^DATABASE_URL: expected postgresql:/);
    expect(read).not.toThrow(/secret/);
  });
});
