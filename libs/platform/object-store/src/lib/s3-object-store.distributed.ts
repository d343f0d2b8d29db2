import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { objectStoreContract } from './object-store-contract';
import { S3ObjectStore } from './s3-object-store';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const isThere = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
if (!isThere)
  console.warn('skipped: S3ObjectStore on moto: there is no moto_server in PATH (pip install "moto[server]")');

/** moto is S3 as AWS' own SDK for Python is tested with: its conditional writes and listings are not ours. */
(isThere ? describe : describe.skip)('S3ObjectStore on moto (needs moto_server)', () => {
  let moto: ChildProcess;
  let client: S3Client;
  const opened: S3ObjectStore[] = [];

  beforeAll(async () => {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
    const deadline = Date.now() + 60_000;
    const answers = () =>
      fetch(endpoint).then(
        () => true,
        () => false,
      );
    while (!(await answers())) {
      if (Date.now() > deadline) throw new Error('moto does not answer.');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }, 90_000);

  afterAll(() => {
    for (const store of opened) store.close();
    client.destroy();
    moto.kill();
  });

  objectStoreContract(async () => {
    const bucket = `models-${randomBytes(5).toString('hex')}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const endpoint = await client.config.endpoint?.();
    if (endpoint === undefined) throw new Error('The client has no endpoint.');
    const store = await S3ObjectStore.open({
      bucket,
      endpoint: `http://127.0.0.1:${endpoint.port ?? 80}`,
      credentials,
      pageSize: 3,
    });
    opened.push(store);
    return store;
  });

  it('says that the bucket is missing', async () => {
    const { port } = (await client.config.endpoint?.()) ?? {};
    const options = { bucket: 'no-such-bucket', endpoint: `http://127.0.0.1:${port ?? 80}`, credentials };
    await expect(S3ObjectStore.open(options)).rejects.toMatchObject({ code: 'STORE_MISSING' });
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
