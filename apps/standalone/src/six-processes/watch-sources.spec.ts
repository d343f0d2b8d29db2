import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { memoryLogger } from '@trading/platform-logging';
import { waitFor } from '../e2e/wait';
import { requiredFiles } from './required-files';
import { programOf } from './six-processes';
import { forEachOfSix, SIX } from './six-services';
import { watchSources } from './watch-sources';

const REAL = resolve(__dirname, '../../../..');

/** A workspace in small: six programs, of which two share a library, built by the real build. */
describe('watching', () => {
  const root = mkdtempSync(join(tmpdir(), 'trade-watch-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const dist = join(root, 'dist');
  const logger = memoryLogger();
  let restarted: string[];
  let watch: { close(): Promise<void> };

  beforeAll(() => {
    for (const part of ['.swcrc', 'tools/build', 'tsconfig.base.json']) {
      cpSync(join(REAL, part), join(root, part), { recursive: true });
    }
    symlinkSync(join(REAL, 'node_modules'), join(root, 'node_modules'));
    write('libs/shared/project.json', '{}');
    write('libs/shared/src/index.ts', 'export const shared = 1;');
    write('dist/libs/shared/src/index.js', 'exports.shared = 1;');
    for (const name of SIX) {
      const uses = name === 'decision' || name === 'execution';
      write(`apps/${name}/project.json`, '{}');
      write(`apps/${name}/src/main.ts`, uses ? "import '../../../libs/shared/src/index';" : 'export {};');
      write(`dist/apps/${name}/src/main.js`, uses ? 'require("../../../libs/shared/src/index");' : '"use strict";');
    }
  });
  beforeEach(() => {
    restarted = [];
    const processes = forEachOfSix((name) => ({ restart: async () => void restarted.push(name) }));
    watch = watchSources({ processes, logger, dist, quietMs: 50 });
  });
  afterEach(() => watch.close());
  afterAll(() => rmSync(root, { recursive: true }));

  it('builds what changes in the sources and starts its services again', async () => {
    write('libs/shared/src/index.ts', 'export const shared = 2;');
    await waitFor('the restart', () => restarted.length === 2, 20_000);
    expect(restarted.sort()).toEqual(['decision', 'execution']);
    expect(readFileSync(join(dist, 'libs/shared/src/index.js'), 'utf8')).toContain('shared = 2');
  });

  it('starts again what somebody else has built', async () => {
    write('dist/apps/prediction/src/main.js', '"use strict"; // anew');
    await waitFor('the restart', () => restarted.length > 0, 20_000);
    expect(restarted).toEqual(['prediction']);
  });

  it('leaves the services alone when a source is broken', async () => {
    write('apps/mt4-gateway/src/main.ts', 'const = ;');
    await waitFor(
      'the failure',
      () => logger.entries.some(({ message }) => message.startsWith('The build failed')),
      20_000,
    );
    expect(restarted).toEqual([]);
  });

  it('knows the files that a program is made of, and that one is missing', () => {
    const program = programOf('decision', dist);
    expect(requiredFiles(program)).toEqual(new Set([program, join(dist, 'libs/shared/src/index.js')]));
    rmSync(join(dist, 'libs/shared/src/index.js'));
    expect(requiredFiles(program)).toBeUndefined();
    expect(existsSync(program)).toBe(true);
  });
});
