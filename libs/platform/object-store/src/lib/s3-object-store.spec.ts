import { FakeS3 } from '../testing/fake-s3';
import { objectStoreContract } from './object-store-contract';
import { S3ObjectStore, type S3ObjectStoreOptions } from './s3-object-store';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

describe('S3ObjectStore', () => {
  let s3: FakeS3;
  const opened: S3ObjectStore[] = [];
  const open = async (more: Partial<S3ObjectStoreOptions> = {}): Promise<S3ObjectStore> => {
    const store = await S3ObjectStore.open({
      bucket: 'models',
      endpoint: s3.endpoint,
      credentials: { accessKeyId: 'id', secretAccessKey: 'a-secret' },
      ...more,
    });
    opened.push(store);
    return store;
  };

  beforeEach(async () => {
    s3 = await FakeS3.start('models');
  });

  afterEach(async () => {
    for (const store of opened.splice(0)) store.close();
    await s3.stop();
  });

  describe('as an object store', () => {
    objectStoreContract(() => open());
  });

  describe('below a prefix, in small pages, as an object store', () => {
    objectStoreContract(() => open({ prefix: 'staging/eu', pageSize: 2 }));
  });

  it('keeps to its prefix', async () => {
    const [one, two] = [await open({ prefix: 'one' }), await open({ prefix: 'two' })];
    await one.put('a/key', bytes('x'));
    expect(await two.get('a/key')).toBeUndefined();
    expect(await two.list('')).toEqual([]);
    expect([...s3.objects.keys()]).toEqual(['one/a/key']);
    await expect(open({ prefix: '../x' })).rejects.toMatchObject({ code: 'INVALID_KEY' });
  });

  it('says that the bucket is missing, at the start and when it goes away later', async () => {
    await expect(open({ bucket: 'absent' })).rejects.toMatchObject({ code: 'STORE_MISSING' });
    const store = await open();
    s3.fail('GET', 404, 'NoSuchBucket', 2);
    s3.fail('PUT', 404, 'NoSuchBucket');
    s3.fail('HEAD', 404, '', 2);
    await expect(store.get('key')).rejects.toMatchObject({ code: 'STORE_MISSING' });
    await expect(store.list('')).rejects.toMatchObject({ code: 'STORE_MISSING' });
    await expect(store.put('key', bytes('x'))).rejects.toMatchObject({ code: 'STORE_MISSING' });
    await expect(store.head('key')).rejects.toMatchObject({ code: 'STORE_MISSING' });
  });

  it.each([
    [403, 'AccessDenied', 'NOT_WRITABLE', 's3:PutObject'],
    [403, 'InvalidAccessKeyId', 'NOT_WRITABLE', 'InvalidAccessKeyId'],
    [507, 'XMinioStorageFull', 'NO_SPACE', 'full'],
    [400, 'BadDigest', 'IO_ERROR', 'BadDigest'],
  ] as const)('explains %d %s on a write as %s', async (status, code, expected, word) => {
    const store = await open({ maxAttempts: 1 });
    s3.fail('PUT', status, code);
    const refusal = await store.put('key', bytes('x')).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: expected });
    expect(String(refusal)).toContain(word);
    expect(String(refusal)).not.toContain('a-secret');
  });

  it('says that a read was denied rather than that nothing is there', async () => {
    const store = await open();
    s3.fail('GET', 403, 'AccessDenied');
    s3.fail('HEAD', 403, '');
    await expect(store.get('key')).rejects.toMatchObject({ code: 'NOT_READABLE' });
    await expect(store.head('key')).rejects.toMatchObject({ code: 'NOT_READABLE' });
  });

  it('tries again when the server is busy or a connection breaks', async () => {
    const store = await open();
    s3.fail('PUT', 503, 'SlowDown');
    s3.fail('PUT', 0, '');
    await store.put('key', bytes('x'));
    expect(s3.requests.filter(({ method }) => method === 'PUT')).toHaveLength(3);
    s3.fail('GET', 500, 'InternalError');
    expect(String(await store.get('key'))).toBe('x');
  });

  it('tries a conditional write again when it meets another that may yet fail', async () => {
    const store = await open();
    s3.fail('PUT', 409, 'ConditionalRequestConflict', 2);
    await store.put('key', bytes('x'), { ifAbsent: true });
    expect(String(await store.get('key'))).toBe('x');
  });

  it('gives up on a server that stays away', async () => {
    const store = await open({ maxAttempts: 2 });
    s3.fail('GET', 0, '', 10);
    await expect(store.get('key')).rejects.toMatchObject({ code: 'IO_ERROR' });
  });

  it('notices bytes that are not those that were put', async () => {
    const store = await open();
    await store.put('key', bytes('right'));
    const stored = s3.objects.get('key');
    s3.objects.set('key', { body: bytes('wrong'), headers: stored?.headers ?? {} });
    await expect(store.get('key')).rejects.toMatchObject({ code: 'IO_ERROR' });
  });

  it('reads what other programs put, and leaves out what is no key', async () => {
    const store = await open();
    s3.objects.set('plain', { body: bytes('hello'), headers: {} });
    s3.objects.set('folder/', { body: bytes(''), headers: {} });
    s3.objects.set('.hidden', { body: bytes(''), headers: {} });
    expect(await store.list('')).toEqual(['plain']);
    expect(String(await store.get('plain'))).toBe('hello');
    expect(await store.head('plain')).toEqual({
      size: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    });
  });
});
