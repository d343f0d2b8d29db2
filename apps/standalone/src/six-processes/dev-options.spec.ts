import { parseDevCommand, type DevOptions } from './dev-options';

function parse(...argv: string[]): DevOptions {
  const command = parseDevCommand(argv, {}, '/work');
  if (command.kind !== 'run') throw new Error('expected options');
  return command.options;
}

describe('the options of dev', () => {
  it('are those of up, with a data folder and ports of their own', () => {
    expect(parse()).toMatchObject({
      isDefaultData: true,
      dataDir: '/work/.data/dev',
      ports: { http: { port: 8181 }, grpc: { port: 9191 }, terminal: { port: 7005 } },
      keepServers: false,
      prometheus: true,
    });
    expect(() => parse('--postgres-port', '5432')).toThrow(/no option --postgres-port/);
  });

  it('watch the sources unless the run ends by itself', () => {
    expect(parse().watch).toBe(true);
    expect(parse('--no-watch').watch).toBe(false);
    expect(parse('--exit-at-end').watch).toBe(false);
    expect(parse('--exit-at-end', '--watch').watch).toBe(true);
    expect(() => parse('--watch', '--no-watch')).toThrow(/either --watch or --no-watch/);
  });

  it('take paths from where npm was called', () => {
    const env = { npm_lifecycle_event: 'dev', INIT_CWD: '/home/me' };
    const command = parseDevCommand(['--data-dir', 'here'], env, '/work');
    expect(command).toMatchObject({ options: { dataDir: '/home/me/here' } });
    expect(parseDevCommand(['stop', '--data-dir', 'here'], env, '/work')).toMatchObject({ dataDir: '/home/me/here' });
  });

  it('know the tasks, and nothing else that has no dashes', () => {
    expect(parseDevCommand(['logs', 'execution', '--lines', '5'], {}, '/work')).toEqual({
      kind: 'task',
      task: 'logs',
      name: 'execution',
      dataDir: '/work/.data/dev',
      lines: 5,
      json: false,
    });
    expect(parseDevCommand(['status', '--json'], {}, '/work')).toMatchObject({ task: 'status', json: true });
    expect(() => parse('stats')).toThrow(/"stats" is not expected/);
    expect(() => parseDevCommand(['stop', '--speed', '1'], {}, '/work')).toThrow(/no option --speed/);
  });

  it('are explained', () => {
    const help = parseDevCommand(['--help'], {}, '/work');
    expect(help).toMatchObject({ kind: 'help', text: expect.stringContaining('--keep-servers') });
    expect(help).toMatchObject({ text: expect.stringContaining('./trade dev reset') });
  });
});
