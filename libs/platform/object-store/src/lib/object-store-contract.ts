import { createHash } from 'node:crypto';
import type { ObjectStore } from './object-store';

/**
 * What every adapter must do; call it inside a `describe` of the adapter's spec.
 * @param make gives a new, empty store for each test
 */
export function objectStoreContract(make: () => Promise<ObjectStore>): void {
  const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
  let store: ObjectStore;

  beforeEach(async () => {
    store = await make();
  });

  it('gives back what was put, byte for byte', async () => {
    const data = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
    await store.put('name/1/model.onnx', data);
    expect((await store.get('name/1/model.onnx'))?.equals(data)).toBe(true);
  });

  it('keeps an empty object apart from an absent one', async () => {
    await store.put('empty', bytes(''));
    expect((await store.get('empty'))?.length).toBe(0);
    expect(await store.get('absent')).toBeUndefined();
    expect(await store.get('absent/below')).toBeUndefined();
    expect(await store.head('absent')).toBeUndefined();
  });

  it('does not take a group of objects for an object', async () => {
    await store.put('group/member', bytes('x'));
    expect(await store.get('group')).toBeUndefined();
    expect(await store.head('group')).toBeUndefined();
  });

  it('replaces an object', async () => {
    await store.put('key', bytes('first, and longer'));
    await store.put('key', bytes('second'));
    expect(String(await store.get('key'))).toBe('second');
  });

  it('keeps what it was given, whatever the caller does to the array afterwards', async () => {
    const data = bytes('before');
    await store.put('key', data);
    data.fill(0);
    expect(String(await store.get('key'))).toBe('before');
  });

  it('refuses to replace when asked to put only what is absent', async () => {
    await store.put('key', bytes('first'), { ifAbsent: true });
    await expect(store.put('key', bytes('second'), { ifAbsent: true })).rejects.toMatchObject({
      code: 'OBJECT_EXISTS',
    });
    expect(String(await store.get('key'))).toBe('first');
    expect(await store.list('')).toEqual(['key']);
  });

  it('lets exactly one of many concurrent writers put what is absent', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, writer) => store.put('raced/key', bytes(`writer ${writer}`), { ifAbsent: true })),
    );
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(String(await store.get('raced/key'))).toBe(`writer ${winner}`);
  });

  it('never shows half of an object while it is replaced', async () => {
    const [a, b] = ['a', 'b'].map((letter) => bytes(letter.repeat(200_000))) as [Buffer, Buffer];
    await store.put('key', a);
    const writes = Promise.all(Array.from({ length: 6 }, (_, index) => store.put('key', index % 2 === 0 ? b : a)));
    for (let reads = 0; reads < 20; reads += 1) {
      const seen = await store.get('key');
      expect(seen?.equals(a) === true || seen?.equals(b) === true).toBe(true);
    }
    await writes;
  });

  it('lists the keys that start with a prefix, sorted', async () => {
    for (const key of ['b/2/x', 'a/10/x', 'a/2/x', 'a-b/x', 'ab']) await store.put(key, bytes(key));
    expect(await store.list('')).toEqual(['a-b/x', 'a/10/x', 'a/2/x', 'ab', 'b/2/x']);
    expect(await store.list('a/')).toEqual(['a/10/x', 'a/2/x']);
    expect(await store.list('a/1')).toEqual(['a/10/x']);
    expect(await store.list('a')).toEqual(['a-b/x', 'a/10/x', 'a/2/x', 'ab']);
    expect(await store.list('c')).toEqual([]);
  });

  it('tells size and SHA-256 without giving the bytes', async () => {
    await store.put('key', bytes('hello'));
    expect(await store.head('key')).toEqual({ size: 5, sha256: createHash('sha256').update('hello').digest('hex') });
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    '..',
    '../x',
    'a/../../x',
    'a//b',
    'a/',
    './a',
    'a/.hidden',
    'a\\b',
    'a\0b',
    'C:x',
    'é',
  ])('refuses the key %j', async (key) => {
    await expect(store.put(key, bytes('x'))).rejects.toMatchObject({ code: 'INVALID_KEY' });
    await expect(store.get(key)).rejects.toMatchObject({ code: 'INVALID_KEY' });
    await expect(store.head(key)).rejects.toMatchObject({ code: 'INVALID_KEY' });
    expect(await store.list('')).toEqual([]);
  });
}
