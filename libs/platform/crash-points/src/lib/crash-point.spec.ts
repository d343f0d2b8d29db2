import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { transformFileSync } from '@swc/core';

/** Runs a program that passes one point twice, with CRASH_AT as said. */
function run(crashAt: string | undefined): { readonly out: string; readonly signal: string | null } {
  const modules = ['crash-points', 'crash-switch', 'crash-point'].map((name) => {
    const { code } = transformFileSync(join(__dirname, `${name}.ts`), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    return `modules['./${name}'] = (exports, require) => {${code}};`;
  });
  const program = `
    const modules = {}, loaded = {};
    const load = (name) => loaded[name] ??= ((exports) => (modules[name](exports, load), exports))({});
    ${modules.join('\n')}
    const { crashPoint } = load('./crash-point');
    for (const pass of [1, 2]) { crashPoint('execution.order.committed'); process.stdout.write('passed ' + pass + ' '); }`;
  const { CRASH_AT: _none, ...env } = process.env;
  const ended = spawnSync(process.execPath, ['-e', program], {
    env: { ...env, ...(crashAt !== undefined && { CRASH_AT: crashAt }) },
    encoding: 'utf8',
  });
  return { out: ended.stdout.trim(), signal: ended.signal };
}

describe('a crash point', () => {
  it('does nothing without CRASH_AT, nor where it is empty', () => {
    expect(run(undefined)).toEqual({ out: 'passed 1 passed 2', signal: null });
    expect(run('')).toEqual({ out: 'passed 1 passed 2', signal: null });
  });

  it('kills the process at once, so that nothing after it is done', () => {
    expect(run('execution.order.committed')).toEqual({ out: '', signal: 'SIGKILL' });
    expect(run('execution.order.committed:2')).toEqual({ out: 'passed 1', signal: 'SIGKILL' });
  });
});
