import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetsOf } from '../targets.cjs';

describe('the targets of a project', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'workspace-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const add = (folder: string, file: string) => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, file), '');
  };

  it('are lint, typecheck, test and build for a library, all of them cached', () => {
    const targets = targetsOf('libs/trading/market', root);
    expect(Object.keys(targets)).toEqual(['lint', 'typecheck', 'test', 'build']);
    for (const target of Object.values(targets)) expect(target).toMatchObject({ cache: true });
  });

  it('work on the folder of the project, from the root of the workspace', () => {
    const targets = targetsOf('libs/trading/market', root);
    for (const { options } of Object.values(targets)) {
      expect(options.command).toContain('libs/trading/market');
      expect(options.cwd).toBe('{workspaceRoot}');
    }
    expect(targets['build']?.outputs).toEqual(['{workspaceRoot}/dist/{projectRoot}']);
  });

  it('test exactly the project whose name begins another one', () => {
    expect(targetsOf('libs/platform/health', root)['test']?.options.command).toMatch(/ libs\/platform\/health\/$/);
  });

  it('build after what they import, and again when the builder changes', () => {
    expect(targetsOf('apps/trade', root)['build']).toMatchObject({
      dependsOn: ['^build'],
      inputs: expect.arrayContaining(['^production', '{workspaceRoot}/tools/build/build.mjs']),
    });
  });

  it('serve an app, built before, without a cache', () => {
    const { serve } = targetsOf('apps/execution', root);
    expect(serve?.options.command).toBe('node --enable-source-maps dist/apps/execution/src/main.js');
    expect(serve).toMatchObject({ dependsOn: ['build'], continuous: true });
    expect(serve).not.toHaveProperty('cache');
  });

  it('run the benchmarks that a project has, one after the other', () => {
    add('libs/trading/market/src/lib', 'parse.bench.ts');
    add('libs/trading/market/src', 'build.bench.ts');
    const { bench } = targetsOf('libs/trading/market', root);
    expect(bench?.options).toMatchObject({
      parallel: false,
      commands: [
        'node --enable-source-maps dist/libs/trading/market/src/build.bench.js',
        'node --enable-source-maps dist/libs/trading/market/src/lib/parse.bench.js',
      ],
    });
    expect(bench).not.toHaveProperty('cache');
  });
});
