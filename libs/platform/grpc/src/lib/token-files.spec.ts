import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryLogger, silentLogger } from '@trading/platform-logging';
import { requireOperator, requireServiceOrOperator } from './access-tokens';
import { atEnd, closeAll, connect, failureOf, serve } from './calls-fixture';
import { openTokenFiles } from './token-files';

const ask = { text: 'x' };
let folder: string;
let operatorFile: string;
let serviceFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  operatorFile = join(folder, 'operator');
  serviceFile = join(folder, 'service');
  writeFileSync(operatorFile, 'op-1\n');
  writeFileSync(serviceFile, 'svc-1\n');
});
afterEach(() => {
  closeAll();
  rmSync(folder, { recursive: true });
});

/** A service that lets services say and operators look. */
const start = async (logger = silentLogger) => {
  const tokens = openTokenFiles({ operatorFile, serviceFile }, { logger, checkEveryMs: 60_000 });
  atEnd(() => tokens.close());
  const { port } = await serve({
    say: (request, metadata) => {
      requireServiceOrOperator(metadata, tokens);
      return request;
    },
    look: (request, metadata) => {
      requireOperator(metadata, tokens);
      return request;
    },
  });
  return { tokens, port };
};

describe('tokens from files', () => {
  it('let in who has them, and nobody else', async () => {
    const { port } = await start();
    expect(await connect(port, { token: 'svc-1' }).say(ask)).toEqual(ask);
    expect(await connect(port, { token: 'op-1' }).look(ask)).toEqual(ask);
    expect(await failureOf(connect(port).say(ask))).toMatchObject({ status: 'UNAUTHENTICATED', code: 'TOKEN_MISSING' });
    expect(await failureOf(connect(port, { token: 'svc-2' }).say(ask))).toMatchObject({
      status: 'UNAUTHENTICATED',
      code: 'TOKEN_INVALID',
    });
    expect(await failureOf(connect(port, { token: 'svc-1' }).look(ask))).toMatchObject({
      status: 'PERMISSION_DENIED',
      code: 'OPERATOR_REQUIRED',
    });
  });

  it('are rotated without a call refused: both, then the new one first, then the new one alone', async () => {
    const { tokens, port } = await start();
    const peer = openTokenFiles({ serviceFile }, { logger: silentLogger, checkEveryMs: 60_000 });
    atEnd(() => peer.close());
    const client = connect(port, { token: () => peer.service });
    const sent = (): string | undefined => /svc-\d/.exec(peer.service ?? '')?.[0];
    for (const [content, first] of [
      ['svc-1\nsvc-2\n', 'svc-1'],
      ['svc-2,svc-1', 'svc-2'],
      ['svc-2\n', 'svc-2'],
    ] as const) {
      writeFileSync(serviceFile, content);
      await tokens.check();
      expect(await client.say(ask)).toEqual(ask);
      await peer.check();
      expect(sent()).toBe(first);
      expect(await client.say(ask)).toEqual(ask);
    }
    expect((await failureOf(connect(port, { token: 'svc-1' }).say(ask))).code).toBe('TOKEN_INVALID');
  });

  it('stay as they were while a file is empty or gone', async () => {
    const logger = memoryLogger();
    const { tokens, port } = await start(logger);
    writeFileSync(operatorFile, '');
    await tokens.check();
    rmSync(serviceFile);
    await tokens.check();
    expect(await connect(port, { token: 'op-1' }).look(ask)).toEqual(ask);
    expect(await connect(port, { token: 'svc-1' }).say(ask)).toEqual(ask);
    expect(logger.entries.map(({ level }) => level)).toEqual(['warn', 'warn']);
    expect(JSON.stringify(logger.entries)).not.toMatch(/op-1|svc-1/);
  });

  it('are looked at by themselves', async () => {
    const tokens = openTokenFiles({ operatorFile }, { logger: silentLogger, checkEveryMs: 2 });
    atEnd(() => tokens.close());
    writeFileSync(operatorFile, 'op-2');
    const deadline = Date.now() + 10_000;
    while (tokens.operator !== 'op-2' && Date.now() < deadline) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(tokens.operator).toBe('op-2');
  });

  it('need no file: a text stays what it is, and nothing lets nobody in', () => {
    const tokens = openTokenFiles({ service: 'svc' }, { logger: silentLogger });
    expect([tokens.operator, tokens.service]).toEqual([undefined, 'svc']);
  });

  it('must be there at the start', () => {
    expect(() => openTokenFiles({ operatorFile: '/no/such/file' }, { logger: silentLogger })).toThrow('ENOENT');
    writeFileSync(operatorFile, ' \n');
    expect(() => openTokenFiles({ operatorFile }, { logger: silentLogger })).toThrow('empty');
  });
});
