import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@trading/platform-database';
import { SERVICE_NAMES, type ServiceName } from '../registry/schema';
import { CannotPrune, prune } from './prune';

const root = resolve(__dirname, '../../../..');
/** As the image runs it: a user who owns nothing of what it starts from. Only root may become another one. */
const AS_IMAGE = process.getuid?.() === 0 ? { uid: 10_001, gid: 10_001 } : {};
const DEADLINE_MS = 60_000;

interface Running {
  readonly http: string;
  /** The exit code after SIGTERM. */
  stop(): Promise<number | null>;
}

describe('a program in the folder that its image holds', () => {
  let folder: string;
  let database: TestDatabase;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trading-pruned-'));
    chmodSync(folder, 0o755);
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (app: string, env: Record<string, string>): Promise<Running> => {
    const out = join(folder, app);
    const scratch = mkdtempSync(join(folder, `${app}-tmp-`));
    chmodSync(scratch, 0o777);
    const child = spawn(process.execPath, [`dist/apps/${app}/src/main.js`], {
      cwd: out,
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: scratch, MODEL_STORE_PATH: join(scratch, 'models'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...AS_IMAGE,
    });
    const ended = new Promise<number | null>((done) => child.once('close', done));
    const stop = (): Promise<number | null> => {
      child.kill('SIGTERM');
      return ended;
    };
    let said = '';
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail(new Error(`${app} does not listen: ${said}`));
      }, DEADLINE_MS);
      const hear = (text: Buffer): void => {
        said += text.toString();
        const http = /"http":"([^"]+)".*"message":"Listening\."|"message":"Listening\.".*"http":"([^"]+)"/.exec(said);
        if (http === null) return;
        clearTimeout(timer);
        done({ http: http[1] ?? http[2] ?? '', stop });
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      void ended.then((code) => fail(new Error(`${app} ended with ${String(code)}: ${said}`)));
    });
  };

  it.each<ServiceName>([...SERVICE_NAMES])('starts %s as another user, answers and ends on SIGTERM', async (app) => {
    const { sizes } = await prune({ root, app, out: join(folder, app) });
    expect(sizes.ours).toBeGreaterThan(0);
    const running = await start(app, {
      DATABASE_URL: database.url,
      HTTP_PORT: '0',
      GRPC_PORT: '0',
      ...(app.endsWith('-gateway') && { TERMINAL_PORT: '0' }),
    });
    const health = await fetch(`${running.http}/health`);
    expect(await health.json()).toEqual({ status: 'ok', services: [app] });
    expect((await fetch(`${running.http}/ready`)).status).toBe(200);
    expect(await running.stop()).toBe(0);
  });

  it.each([
    ['trade', ['help'], 0, /migrate/],
    ['terminal-simulator', ['--config', '/nowhere.json'], 2, /nowhere\.json/],
    ['standalone', ['--help'], 0, /--data FILE/],
  ])('runs %s', async (app, args, code, said) => {
    await prune({ root, app, out: join(folder, app) });
    const ended = spawnSync(process.execPath, [`dist/apps/${app}/src/main.js`, ...args], {
      cwd: join(folder, app),
      encoding: 'utf8',
      ...AS_IMAGE,
    });
    expect(`${ended.stdout}${ended.stderr}`).toMatch(said);
    expect(ended.status).toBe(code);
  });

  it('brings up a database with what trade holds, twice', async () => {
    await prune({ root, app: 'trade', out: join(folder, 'trade') });
    const fresh = await createTestDatabase();
    try {
      for (const _ of ['first', 'second']) {
        const { status, stderr } = spawnSync(process.execPath, ['dist/apps/trade/src/main.js', 'migrate'], {
          cwd: join(folder, 'trade'),
          encoding: 'utf8',
          env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: fresh.url },
          ...AS_IMAGE,
        });
        expect(stderr).toBe('');
        expect(status).toBe(0);
      }
    } finally {
      await fresh.drop();
    }
  });

  it('does not start where a file is missing, so that the tests above would see it', async () => {
    const out = join(folder, 'decision');
    await prune({ root, app: 'decision', out });
    rmSync(join(out, 'node_modules/typeorm'), { recursive: true });
    await expect(start('decision', { DATABASE_URL: database.url, HTTP_PORT: '0', GRPC_PORT: '0' })).rejects.toThrow(
      /Cannot find module 'typeorm'/,
    );
  });

  it('refuses what is no program, and what was not built', async () => {
    await expect(prune({ root, app: 'executor', out: join(folder, 'x') })).rejects.toThrow(/There is no app executor/);
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    writeFileSync(join(empty, 'package.json'), '{}');
    await expect(prune({ root: empty, app: 'decision', out: join(folder, 'x') })).rejects.toThrow(CannotPrune);
  });
});
